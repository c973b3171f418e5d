import type { AllOf, AnyOf, CheckCondition, Condition } from './condition.js';
import type { Principal } from './principal.js';

/** What is left of a condition when everything that the principal alone decides has been decided. */
export type Remaining =
  CheckCondition | AnyOf<readonly [Remaining, ...Remaining[]]> | AllOf<readonly [Remaining, ...Remaining[]]>;

/** The outcome: settled, or the checks that remain to be run. */
export type Decision = 'allow' | 'deny' | Remaining;

/**
 * Decides a condition for a principal. Pure and synchronous; allocates only where checks remain.
 *
 * Deny by default: the anonymous principal is denied everything. For a narrowed token, conditions on role, group and
 * user are false, since its scope names permissions only.
 */
export function decide(condition: Condition, principal: Principal): Decision {
  return principal.kind === 'anonymous' ? 'deny' : evaluate(condition, principal);
}

function evaluate(condition: Condition, principal: Principal): Decision {
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

function any(condition: AnyOf, principal: Principal): Decision {
  let remaining: Remaining[] | undefined;
  for (const part of condition.of) {
    const decision = evaluate(part, principal);
    if (decision === 'allow') return 'allow';
    if (decision !== 'deny') (remaining ??= []).push(decision);
  }
  return combine('anyOf', remaining) ?? 'deny';
}

function all(condition: AllOf, principal: Principal): Decision {
  let remaining: Remaining[] | undefined;
  for (const part of condition.of) {
    const decision = evaluate(part, principal);
    if (decision === 'deny') return 'deny';
    if (decision !== 'allow') (remaining ??= []).push(decision);
  }
  return combine('allOf', remaining) ?? 'allow';
}

function combine(type: 'anyOf' | 'allOf', remaining: Remaining[] | undefined): Remaining | undefined {
  const [first, ...rest] = remaining ?? [];
  return first && rest.length > 0 ? { type, of: [first, ...rest] } : first;
}

function settled(holds: boolean): Decision {
  return holds ? 'allow' : 'deny';
}
