"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.decide = decide;
/**
 * Decides a condition for a principal. Pure and synchronous; allocates only where checks remain.
 *
 * Deny by default: the anonymous principal is denied everything. For a narrowed token, conditions on role, group and
 * user are false, since its scope names permissions only.
 */
function decide(condition, principal) {
    return principal.kind === 'anonymous' ? 'deny' : evaluate(condition, principal);
}
function evaluate(condition, principal) {
    switch (condition.type) {
        case 'permission':
            return settled(principal.permissions.allows(condition.name));
        case 'authenticated':
            return 'allow';
        case 'role':
            return settled(!principal.isNarrowed && principal.roles.has(condition.name));
        case 'group':
            return settled(!principal.isNarrowed && principal.groups.has(condition.name));
        case 'user':
            return settled(!principal.isNarrowed && principal.username === condition.name);
        case 'check':
            return condition;
        case 'anyOf':
            return any(condition, principal);
        case 'allOf':
            return all(condition, principal);
    }
}
function any(condition, principal) {
    let remaining;
    for (const part of condition.of) {
        const decision = evaluate(part, principal);
        if (decision === 'allow')
            return 'allow';
        if (decision !== 'deny')
            (remaining ??= []).push(decision);
    }
    return combine('anyOf', remaining) ?? 'deny';
}
function all(condition, principal) {
    let remaining;
    for (const part of condition.of) {
        const decision = evaluate(part, principal);
        if (decision === 'deny')
            return 'deny';
        if (decision !== 'allow')
            (remaining ??= []).push(decision);
    }
    return combine('allOf', remaining) ?? 'allow';
}
function combine(type, remaining) {
    const [first, ...rest] = remaining ?? [];
    return first && rest.length > 0 ? { type, of: [first, ...rest] } : first;
}
function settled(holds) {
    return holds ? 'allow' : 'deny';
}
