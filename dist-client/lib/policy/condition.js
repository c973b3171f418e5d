"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.authenticated = void 0;
exports.role = role;
exports.group = group;
exports.user = user;
exports.anyOf = anyOf;
exports.allOf = allOf;
exports.check = check;
exports.isCheckClass = isCheckClass;
exports.isCondition = isCondition;
/** True for every authenticated caller, whatever they may do. */
exports.authenticated = Object.freeze({ type: 'authenticated' });
/** True for those who hold the role of this name, which an administrator may have made. False for a narrowed token. */
function role(name) {
    return Object.freeze({ type: 'role', name });
}
/** True for members of the group. Always false for a narrowed token. */
function group(name) {
    return Object.freeze({ type: 'group', name });
}
/** True for the account of this user name (compared as stored). Always false for a narrowed token. */
function user(name) {
    return Object.freeze({ type: 'user', name });
}
/** True when at least one of the conditions is. */
function anyOf(...of) {
    return Object.freeze({ type: 'anyOf', of: nonEmpty(of, 'anyOf') });
}
/** True when all of the conditions are. */
function allOf(...of) {
    return Object.freeze({ type: 'allOf', of: nonEmpty(of, 'allOf') });
}
/**
 * A check on the path parameters: `check(NotOwnInvoice, { id: uuid })`. The parameters are parsed first (400 when one
 * isn't what the parser expects) and reach the check under the same names.
 */
function check(what, ...[params]) {
    return Object.freeze({
        type: 'check',
        name: what.name || 'check',
        check: what,
        params: (params ?? {}),
    });
}
/** Whether a check is a class to be injected, rather than a function to be called. */
function isCheckClass(what) {
    return typeof what.prototype?.check === 'function';
}
/** Whether a value is a condition, for those whom the compiler doesn't hold. */
function isCondition(value) {
    return typeof value === 'object' && value !== null && 'type' in value;
}
/** JavaScript callers, and casts, get here what the compiler tells everybody else. */
function nonEmpty(of, name) {
    if (of.length === 0)
        throw new TypeError(`${name}() needs at least one condition.`);
    for (const condition of of) {
        if (!isCondition(condition)) {
            throw new TypeError(`${name}() takes conditions, such as a declared permission, not ${JSON.stringify(condition)}.`);
        }
    }
    return Object.freeze(of);
}
