import { describe, expect, it } from 'vitest';
import {
  anyOf,
  defineRole,
  definePermissions,
  isPermissionName,
  isPermissionPattern,
  type Condition,
} from './index.js';

describe('definePermissions', () => {
  it('names each permission area:action', () => {
    const Contracts = definePermissions('contracts', { read: 'View', sign: 'Sign' });
    expect(Contracts.sign).toEqual({ type: 'permission', name: 'contracts:sign', description: 'Sign' });
  });

  it.each(['Finance', '', 'finance:', 'fi nance', '*', 'finance"', 'ﬁnance'])('refuses the area %j', (area) => {
    expect(() => definePermissions(area, { read: '' })).toThrow(/area|permission/);
  });

  it.each(['Read', '', 're ad', '*', 'a:b', '1st', 'x'.repeat(100)])('refuses the action %j', (action) => {
    expect(() => definePermissions('finance', { [action]: '' })).toThrow(/permission "finance:/);
  });
});

describe('a description', () => {
  const ofPermission = (text: string) => definePermissions('finance', { read: text });
  const ofRole = (text: string) => defineRole('notary', [], text);

  it.each([
    ['permission "finance:read"', 300, ofPermission],
    ['role "notary"', 1_000, ofRole],
  ])('of the %s is one line, of at most %i characters', (whose, longest, declaring) => {
    expect(() => declaring('🦊'.repeat(longest))).not.toThrow();
    for (const text of ['🦊'.repeat(longest + 1), 'two\nlines', 'half a \uD800']) {
      expect(() => declaring(text)).toThrow(`The description of the ${whose} must be one line`);
    }
  });
});

describe('defineRole', () => {
  it('holds permissions and patterns', () => {
    const { read } = definePermissions('contracts', { read: 'View' });
    expect(defineRole('notary', [read, 'deeds:*']).permissions).toEqual(['contracts:read', 'deeds:*']);
  });

  it('refuses a malformed name or pattern with a sentence', () => {
    expect(() => defineRole('No tary', [])).toThrow('role "No tary"');
    expect(() => defineRole('notary', ['**' as '*'])).toThrow('holds "**"');
  });
});

describe('isPermissionName, isPermissionPattern', () => {
  it('tell names, patterns and neither apart', () => {
    expect(['a:b', 'a:b:c', 'service-accounts:read'].every(isPermissionName)).toBe(true);
    expect(['*', 'a:*', 'a', 'a:B', 'a::b', ':a', 'a:b ', 'a:b\n'].some(isPermissionName)).toBe(false);
    expect(['*', 'a:*', 'a:b:*', 'a:b'].every(isPermissionPattern)).toBe(true);
    expect(['**', '*:a', 'a*', 'a:*:b', ':*', ''].some(isPermissionPattern)).toBe(false);
  });
});

describe('anyOf, allOf', () => {
  it('refuse at run time what doesn’t compile: nothing, and a bare string', () => {
    const loose = anyOf as (...of: unknown[]) => Condition;
    expect(() => loose()).toThrow('at least one');
    expect(() => loose('finance:read')).toThrow('not "finance:read"');
  });
});
