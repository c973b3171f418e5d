"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PERMISSION_NAME_LENGTH = void 0;
exports.isPermissionName = isPermissionName;
exports.isPermissionPattern = isPermissionPattern;
exports.definePermissions = definePermissions;
const AREA = /^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*$/;
const ACTION = /^[a-z][a-z0-9-]*$/;
/** The longest permission name; the column in the database is as wide. */
exports.PERMISSION_NAME_LENGTH = 100;
/** Whether `name` is the name of one permission: two or more lower-case parts, `area:action`. No pattern is. */
function isPermissionName(name) {
    return name.length <= exports.PERMISSION_NAME_LENGTH && name.includes(':') && AREA.test(name);
}
/** Whether `text` is something a role may hold: a permission's name, `*`, or `area:*`. */
function isPermissionPattern(text) {
    if (text === '*')
        return true;
    if (text.endsWith(':*'))
        return text.length <= exports.PERMISSION_NAME_LENGTH && AREA.test(text.slice(0, -2));
    return isPermissionName(text);
}
/**
 * Declares the permissions of one area. Nothing is registered by this: `AccessModule.forFeature` does that.
 *
 * @param area    lower-case words, joined by `:` where areas nest (`finance`, `finance:invoices`)
 * @param actions the action's name → what holding it allows, in words for the administrator
 * @throws TypeError when a name isn't lower case letters, digits and `-`, or is over 100 characters
 */
function definePermissions(area, actions) {
    if (!AREA.test(area)) {
        throw new TypeError(`The area "${area}" must be lower-case words (letters, digits, "-"), joined by ":".`);
    }
    const permissions = {};
    for (const [action, description] of Object.entries(actions)) {
        const name = `${area}:${action}`;
        if (!ACTION.test(action) || name.length > exports.PERMISSION_NAME_LENGTH) {
            throw new TypeError(`The permission "${name}" must end in lower-case letters, digits or "-", and have at most ${exports.PERMISSION_NAME_LENGTH} characters.`);
        }
        permissions[action] = Object.freeze({ type: 'permission', name, description });
    }
    return Object.freeze(permissions);
}
