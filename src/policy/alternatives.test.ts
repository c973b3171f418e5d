import { expect, it } from 'vitest';
import { allOf, anyOf, authenticated, check, definePermissions, requiredScope, role, sayCondition } from './index.js';

const Finance = definePermissions('finance', { read: 'Read', approve: 'Approve' });
const ownRow = check(function ownRow() {
  return true;
});

it('RFC 6750 §3: the scope named is the first alternative made of permissions alone', () => {
  expect(requiredScope(Finance.read, false)).toBe('finance:read');
  expect(requiredScope(allOf(Finance.read, allOf(authenticated, Finance.approve)), false)).toBe(
    'finance:read finance:approve',
  );
  expect(requiredScope(anyOf(role('auditor'), Finance.approve, Finance.read), false)).toBe('finance:approve');
  expect(requiredScope(allOf(anyOf(role('auditor'), Finance.read), Finance.read), false)).toBe('finance:read');
});

it('names no scope where no scope would help', () => {
  expect(requiredScope(role('auditor'), false)).toBeUndefined();
  expect(requiredScope(allOf(role('auditor'), Finance.read), false)).toBeUndefined();
  expect(requiredScope(authenticated, false)).toBeUndefined();
});

it('names the permissions before a check unless the check was what refused', () => {
  const condition = allOf(Finance.approve, ownRow);
  expect(requiredScope(condition, false)).toBe('finance:approve');
  expect(requiredScope(condition, true)).toBeUndefined();
});

it('says a condition in words', () => {
  expect(sayCondition(allOf(Finance.read, anyOf(role('auditor'), ownRow)))).toBe(
    'finance:read and (role auditor or check ownRow)',
  );
});
