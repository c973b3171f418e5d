"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.describeAccess = describeAccess;
exports.sayCondition = sayCondition;
/** Describes a condition in JSON that a program can read. */
function describeAccess(condition) {
    switch (condition.type) {
        case 'permission':
            return { permission: condition.name };
        case 'role':
            return { role: condition.name };
        case 'group':
            return { group: condition.name };
        case 'user':
            return { user: condition.name };
        case 'check':
            return { check: condition.name };
        case 'authenticated':
            return { authenticated: true };
        case 'anyOf':
            return { anyOf: condition.of.map(describeAccess) };
        case 'allOf':
            return { allOf: condition.of.map(describeAccess) };
    }
}
/** Says a condition in words: `finance:read and (role auditor or check NotOwnInvoice)`. */
function sayCondition(condition) {
    switch (condition.type) {
        case 'permission':
            return condition.name;
        case 'authenticated':
            return 'anybody who is logged in';
        case 'anyOf':
            return join(condition.of, ' or ');
        case 'allOf':
            return join(condition.of, ' and ');
        default:
            return `${condition.type} ${condition.name}`;
    }
}
function join(conditions, by) {
    return conditions
        .map((one) => ('of' in one && one.of.length > 1 ? `(${sayCondition(one)})` : sayCondition(one)))
        .join(by);
}
