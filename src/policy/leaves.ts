import type { CheckCondition, Condition } from './condition.js';

/** All checks in a condition. */
export function checksOf(condition: Condition): CheckCondition[] {
  return leavesOf(condition).filter((leaf) => leaf.type === 'check');
}

/** What a condition is made of, without what combines it. */
export function leavesOf(condition: Condition): Condition[] {
  return 'of' in condition ? condition.of.flatMap(leavesOf) : [condition];
}
