"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PROTECTED = void 0;
exports.Protected = Protected;
const index_js_1 = require("../policy/index.js");
/** A string, never a class or symbol: two copies of this package may be loaded, and must understand each other. */
exports.PROTECTED = 'gatehouse:protected';
/**
 * Lets those pass for whom the condition holds: `@Protected(Finance.read)`. On class and method both are required, and
 * so are two on one target, and those that a class inherits. A missing permission answers 403, missing credentials 401
 * (RFC 6750 §3).
 *
 * @throws TypeError for what isn't a condition, which only a cast can bring here
 */
function Protected(condition) {
    if (!(0, index_js_1.isCondition)(condition)) {
        throw new TypeError(`@Protected takes a condition, such as a declared permission, not ${JSON.stringify(condition)}.`);
    }
    return (target, _name, descriptor) => {
        const decorated = descriptor ? descriptor.value : target;
        const before = Reflect.getMetadata(exports.PROTECTED, decorated);
        Reflect.defineMetadata(exports.PROTECTED, before ? (0, index_js_1.allOf)(before, condition) : condition, decorated);
    };
}
