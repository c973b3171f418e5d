import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allOf,
  ANONYMOUS,
  anyOf,
  authenticated,
  check,
  decide,
  definePermissions,
  Grants,
  group,
  Intersection,
  role,
  user,
  type Condition,
  type Decision,
  type Principal,
} from './index.js';

const Finance = definePermissions('finance', { read: 'Read', approve: 'Approve' });
const Hr = definePermissions('hr', { read: 'Read', approve: 'Approve' });
const PERMISSIONS = [Finance.read, Finance.approve, Hr.read, Hr.approve];
const NAMES = PERMISSIONS.map(({ name }) => name);
const PATTERNS = [...NAMES, '*', 'finance:*', 'hr:*'];
const WORDS = ['auditor', 'clerk'];

const yes = check(() => true);
const no = check(() => false);

function principal(over: Partial<Principal> & { holds?: string[] } = {}): Principal {
  return {
    id: '7a0f4f0c-6f43-4bd6-9a5f-0f4b4bd3a001',
    kind: 'user',
    username: 'maria',
    name: 'Maria',
    groups: new Set(),
    roles: new Set(),
    permissions: new Grants(over.holds ?? []),
    isNarrowed: false,
    mustChangePassword: false,
    token: null,
    ...over,
  };
}

const principals = fc
  .record({
    username: fc.constantFrom('maria', 'frank'),
    holds: fc.subarray(PATTERNS),
    roles: fc.subarray(WORDS).map((names) => new Set(names)),
    groups: fc.subarray(WORDS).map((names) => new Set(names)),
    isNarrowed: fc.boolean(),
  })
  .map(principal);

const conditions: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<Condition>(...PERMISSIONS, authenticated, yes, no),
    fc.constantFrom(...WORDS).map((name) => role(name)),
    fc.constantFrom(...WORDS).map((name) => group(name)),
    fc.constantFrom('maria', 'frank').map((name) => user(name)),
  ),
  tree: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map(([first, ...rest]) => anyOf(first!, ...rest)),
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map(([first, ...rest]) => allOf(first!, ...rest)),
  ),
})).tree;

/** The same rules said a second time, as plainly as they can be: no residue, no short cut. */
function model(condition: Condition, who: Principal, holds: readonly string[]): boolean {
  switch (condition.type) {
    case 'permission':
      return holds.some(
        (pattern) =>
          pattern === '*' ||
          pattern === condition.name ||
          (pattern.endsWith(':*') && condition.name.split(':')[0] === pattern.split(':')[0]),
      );
    case 'authenticated':
      return true;
    case 'role':
      return !who.isNarrowed && who.roles.has(condition.name);
    case 'group':
      return !who.isNarrowed && who.groups.has(condition.name);
    case 'user':
      return !who.isNarrowed && who.username === condition.name;
    case 'check':
      return condition === yes;
    case 'anyOf':
      return condition.of.map((part) => model(part, who, holds)).includes(true);
    case 'allOf':
      return !condition.of.map((part) => model(part, who, holds)).includes(false);
  }
}

/** Runs what remains, as the guard does. */
function settle(decision: Decision): boolean {
  if (decision === 'allow') return true;
  if (decision === 'deny') return false;
  if (decision.type === 'check') return decision === yes;
  return decision.type === 'anyOf' ? decision.of.some(settle) : decision.of.every(settle);
}

describe('decide', () => {
  it('agrees with the model, whatever is combined', () => {
    fc.assert(
      fc.property(conditions, principals, (condition, who) => {
        const holds = (who as Principal & { holds: string[] }).holds;
        expect(settle(decide(condition, who))).toBe(model(condition, who, holds));
      }),
      { numRuns: 2_000 },
    );
  });

  it('denies the anonymous principal everything', () => {
    fc.assert(
      fc.property(conditions, (condition) => {
        expect(decide(condition, ANONYMOUS)).toBe('deny');
      }),
    );
  });

  it('never grants more to a token that is narrowed', () => {
    fc.assert(
      fc.property(conditions, principals, fc.subarray(NAMES), (condition, who, scope) => {
        const whole = { ...who, isNarrowed: false };
        const narrowed = {
          ...who,
          isNarrowed: true,
          permissions: new Intersection([who.permissions, new Grants(scope)]),
        };
        if (settle(decide(condition, narrowed))) expect(settle(decide(condition, whole))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves only checks undecided', () => {
    const decision = decide(allOf(Finance.read, anyOf(Hr.read, no, yes)), principal({ holds: ['finance:*'] }));
    expect(decision).toEqual({ type: 'anyOf', of: [no, yes] });
  });

  it('runs no check that can’t change the outcome', () => {
    expect(decide(allOf(Finance.read, yes), principal())).toBe('deny');
    expect(decide(anyOf(yes, Finance.read), principal({ holds: ['finance:read'] }))).toBe('allow');
  });

  it('is false on role, group and user for a narrowed token, whose scope names permissions only', () => {
    const who = principal({ roles: new Set(['clerk']), groups: new Set(['clerk']), isNarrowed: true });
    expect([role('clerk'), group('clerk'), user('maria')].map((one) => decide(one, who))).toEqual([
      'deny',
      'deny',
      'deny',
    ]);
  });
});

describe('Grants', () => {
  it('understands * and area:*, and nothing that only looks alike', () => {
    const grants = new Grants(['finance:*', 'hr:read']);
    expect(grants.allows('finance:invoices:approve')).toBe(true);
    expect(grants.allows('finances:read')).toBe(false);
    expect(grants.allows('finance')).toBe(false);
    expect(grants.allows('hr:approve')).toBe(false);
    expect(new Grants(['*']).allows('anything:at-all')).toBe(true);
    expect(new Grants(['fin*', '*:read']).allows('finance:read')).toBe(false);
  });
});
