"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.alternativesOf = alternativesOf;
exports.requiredScope = requiredScope;
/** Conditions are written by hand; more ways than this name no scope better than the first ones do. */
const MOST = 32;
/** The ways to satisfy a condition, in the order in which they are written. */
function alternativesOf(condition) {
    switch (condition.type) {
        case 'permission':
            return [{ permissions: [condition.name], byPermissions: true, checked: false }];
        case 'authenticated':
            return [{ permissions: [], byPermissions: true, checked: false }];
        case 'check':
            return [{ permissions: [], byPermissions: true, checked: true }];
        case 'role':
        case 'group':
        case 'user':
            return [{ permissions: [], byPermissions: false, checked: false }];
        case 'anyOf':
            return condition.of.flatMap(alternativesOf).slice(0, MOST);
        case 'allOf':
            return condition.of.map(alternativesOf).reduce(both);
    }
}
/**
 * The scope that a 403 names (RFC 6750 §3): the first alternative made of permissions alone, else none.
 *
 * @param checksRan whether checks had a say in the refusal. Where none ran, an alternative that ends in a check is as
 *                  good as one without: what was missing are its permissions.
 */
function requiredScope(condition, checksRan) {
    const named = alternativesOf(condition).find(({ permissions, byPermissions, checked }) => byPermissions && permissions.length > 0 && !(checked && checksRan));
    return named?.permissions.join(' ');
}
function both(left, right) {
    return left
        .flatMap((one) => right.map((other) => ({
        permissions: [...new Set([...one.permissions, ...other.permissions])],
        byPermissions: one.byPermissions && other.byPermissions,
        checked: one.checked || other.checked,
    })))
        .slice(0, MOST);
}
