import type { Condition } from './condition.js';

/** A condition as plain JSON, for the `x-access` field of the OpenAPI document and for the snapshot of routes. */
export type AccessDescription =
  | { permission: string }
  | { role: string }
  | { group: string }
  | { user: string }
  | { check: string }
  | { authenticated: true }
  | { anyOf: AccessDescription[] }
  | { allOf: AccessDescription[] };

/** Describes a condition in JSON that a program can read. */
export function describeAccess(condition: Condition): AccessDescription {
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
export function sayCondition(condition: Condition): string {
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

function join(conditions: readonly Condition[], by: string): string {
  return conditions
    .map((one) => ('of' in one && one.of.length > 1 ? `(${sayCondition(one)})` : sayCondition(one)))
    .join(by);
}
