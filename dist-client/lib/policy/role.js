"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.defineRole = defineRole;
const permission_js_1 = require("./permission.js");
const NAME = /^[a-z][a-z0-9-]{0,99}$/;
/**
 * Declares a role in code. `AccessModule.forFeature` makes it known, and the start writes it to the database, managed.
 *
 * @throws TypeError when the name isn't lower-case letters, digits and `-`, or a pattern is malformed
 */
function defineRole(name, permissions, description = '') {
    if (!NAME.test(name)) {
        throw new TypeError(`The role "${name}" must be lower-case letters, digits and "-", at most 100 characters.`);
    }
    const patterns = permissions.map((permission) => (typeof permission === 'string' ? permission : permission.name));
    const malformed = patterns.find((pattern) => !(0, permission_js_1.isPermissionPattern)(pattern));
    if (malformed !== undefined) {
        throw new TypeError(`The role "${name}" holds "${malformed}", which is neither a permission, "*", nor "area:*".`);
    }
    return Object.freeze({ type: 'role', name, description, permissions: Object.freeze(patterns) });
}
