"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.CurrentUser = void 0;
const common_1 = require("@nestjs/common");
/** The {@link Principal} of the request: on a protected route an account, on a public one perhaps `ANONYMOUS`. */
exports.CurrentUser = (0, common_1.createParamDecorator)((_, context) => {
    return context.switchToHttp().getRequest().user;
});
