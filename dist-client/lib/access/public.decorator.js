"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PUBLIC = void 0;
exports.Public = Public;
const common_1 = require("@nestjs/common");
/** See {@link PROTECTED} for why it is a string. */
exports.PUBLIC = 'gatehouse:public';
/**
 * Lets everybody pass. A route needs this or `@Protected`, or the service doesn't start. Who sends a token anyway is
 * known as usual, and a bad token is refused here too.
 */
function Public() {
    return (0, common_1.SetMetadata)(exports.PUBLIC, true);
}
