import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beyond, EVERYTHING, groupPower, rightsOf, rolePower, userPower, type Power } from './delegation.js';
import { Grants } from './grants.js';

const NAMES = ['a:read', 'a:write', 'b:read', 'b:write'];
const PATTERNS = [...NAMES, 'a:*', 'b:*', '*'];

/** Who holds what, as the database keeps it. */
interface Graph {
  readonly roles: Map<number, Set<string>>;
  readonly groups: Map<number, Set<number>>;
  readonly accounts: Map<number, { groups: Set<number>; roles: Set<number> }>;
}
type Kind = 'role' | 'group' | 'account';

function powersOf(graph: Graph, kind: Kind, id: number): Set<Power> {
  if (kind === 'role') return new Set(graph.roles.get(id));
  if (kind === 'group') {
    return new Set([...(graph.groups.get(id) ?? [])].flatMap((role) => [...powersOf(graph, 'role', role)]));
  }
  const account = graph.accounts.get(id);
  return new Set([
    ...[...(account?.roles ?? [])].flatMap((role) => [...powersOf(graph, 'role', role)]),
    ...[...(account?.groups ?? [])].flatMap((group) => [...powersOf(graph, 'group', group)]),
  ]);
}

/** An act of somebody: what it touches, and what it does to the graph. Ids that aren't there make it do nothing. */
interface Act {
  readonly touches: readonly [Kind, number][];
  apply(graph: Graph): void;
  /** The account that whoever does it can act as from then on. */
  readonly gains?: number;
}

const small = fc.nat({ max: 4 });
const some = fc.uniqueArray(small, { maxLength: 3 });
const patterns = fc.uniqueArray(fc.constantFrom(...PATTERNS), { maxLength: 3 });

const act: fc.Arbitrary<Act> = fc.oneof(
  // Makes the role, or makes it anew under the name of a deleted one.
  fc.tuple(small, patterns).map(([id, held]) => ({
    touches: [['role', id] as [Kind, number]],
    apply: ({ roles }: Graph) => void roles.set(id, new Set(held)),
  })),
  small.map((id) => ({
    touches: [['role', id] as [Kind, number]],
    apply: ({ roles, groups, accounts }: Graph) => {
      roles.delete(id);
      for (const held of groups.values()) held.delete(id);
      for (const account of accounts.values()) account.roles.delete(id);
    },
  })),
  fc.tuple(small, some).map(([id, held]) => ({
    touches: [['group', id] as [Kind, number]],
    apply: ({ roles, groups }: Graph) => void groups.set(id, new Set(held.filter((role) => roles.has(role)))),
  })),
  small.map((id) => ({
    touches: [['group', id] as [Kind, number]],
    apply: ({ groups, accounts }: Graph) => {
      groups.delete(id);
      for (const account of accounts.values()) account.groups.delete(id);
    },
  })),
  // Makes the account, or changes it, and sets its password.
  fc.tuple(small, some, some).map(([id, inGroups, held]) => ({
    touches: [['account', id] as [Kind, number]],
    gains: id,
    apply: ({ roles, groups, accounts }: Graph) =>
      void accounts.set(id, {
        groups: new Set(inGroups.filter((group) => groups.has(group))),
        roles: new Set(held.filter((role) => roles.has(role))),
      }),
  })),
  small.map((id) => ({ touches: [['account', id] as [Kind, number]], gains: id, apply: () => {} })),
  small.map((id) => ({
    touches: [['account', id] as [Kind, number]],
    apply: ({ accounts }: Graph) => void accounts.delete(id),
  })),
);
/** As an import does: several acts, all or nothing. */
const acts = fc.array(act, { minLength: 1, maxLength: 3 });

const graphs: fc.Arbitrary<Graph> = fc.record({
  roles: fc.array(fc.tuple(small, patterns)).map((all) => new Map(all.map(([id, held]) => [id, new Set(held)]))),
  groups: fc.array(fc.tuple(small, some)).map((all) => new Map(all.map(([id, held]) => [id, new Set(held)]))),
  accounts: fc
    .array(fc.tuple(small, some, some))
    .map((all) => new Map(all.map(([id, groups, roles]) => [id, { groups: new Set(groups), roles: new Set(roles) }]))),
});

function standing(powers: Iterable<Power>) {
  return rightsOf({ permissions: new Grants(powers), groups: new Set(), roles: new Set(), isNarrowed: false });
}

/** Does it if the rule admits it; whether it did. The graph is left as it was when not. */
function attempt(graph: Graph, batch: readonly Act[], actor: number, admits: typeof beyond): Graph | undefined {
  const rights = standing(powersOf(graph, 'account', actor));
  const touched = batch.flatMap(({ touches }) => touches);
  const after: Graph = structuredClone(graph);
  for (const one of batch) one.apply(after);
  const refused = touched.some(
    ([kind, id]) => admits(rights, { before: powersOf(graph, kind, id), after: powersOf(after, kind, id) }).length > 0,
  );
  return refused ? undefined : after;
}

function reachOf(graph: Graph, accounts: Iterable<number>): string[] {
  const held = new Grants([...accounts].flatMap((id) => [...powersOf(graph, 'account', id)]));
  return PATTERNS.filter((pattern) => held.allows(pattern));
}

/** The first act by which somebody reached more than they did in the beginning. */
function wayUp(start: Graph, sequence: readonly Act[][], turns: readonly number[], admits: typeof beyond): number {
  let graph = structuredClone(start);
  const own = new Set([0]);
  const before = new Set(reachOf(graph, own));
  for (const [index, batch] of sequence.entries()) {
    // Any account that they have made or taken over does it.
    const actors = [...own];
    const next = attempt(graph, batch, actors[turns[index]! % actors.length]!, admits);
    if (!next) continue;
    graph = next;
    for (const { gains } of batch) if (gains !== undefined) own.add(gains);
    if (reachOf(graph, own).some((power) => !before.has(power))) return index;
  }
  return -1;
}

const attempts = fc.tuple(
  graphs,
  fc.array(acts, { minLength: 1, maxLength: 12 }),
  fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
);

describe('nobody gets further up than they were', () => {
  it('by any sequence of acts that are admitted, 10,000 times', () => {
    fc.assert(
      fc.property(attempts, ([graph, sequence, turns]) => wayUp(graph, sequence, turns, beyond) === -1),
      { numRuns: 10_000 },
    );
  });

  it('and would, were it not asked what a change makes of things', () => {
    const careless: typeof beyond = (rights, { before }) => beyond(rights, { before, after: [] });
    const found = fc.check(
      fc.property(attempts, ([graph, sequence, turns]) => wayUp(graph, sequence, turns, careless) === -1),
      { numRuns: 10_000 },
    );
    expect(found.failed).toBe(true);
  });
});

describe('nobody does away with those who may do more', () => {
  const survives = (admits: typeof beyond) =>
    fc.property(attempts, ([start, sequence]) =>
      sequence.reduce<boolean>((fine, batch) => {
        const rights = standing(powersOf(start, 'account', 0));
        const mightier = [...start.accounts.keys()].filter(
          (id) => beyond(rights, { before: powersOf(start, 'account', id), after: [] }).length > 0,
        );
        const after = attempt(start, batch, 0, admits);
        return fine && (!after || mightier.every((id) => after.accounts.has(id)));
      }, true),
    );

  it('by any act that is admitted', () => {
    fc.assert(survives(beyond), { numRuns: 2_000 });
  });

  it('and would, were it not asked what things were before', () => {
    const careless: typeof beyond = (rights, { after }) => beyond(rights, { before: [], after });
    expect(fc.check(survives(careless), { numRuns: 2_000 }).failed).toBe(true);
  });
});

describe('rights', () => {
  const rights = rightsOf({
    permissions: new Grants(['finance:read', 'hr:*']),
    groups: new Set(['board']),
    roles: new Set(['notary']),
    isNarrowed: false,
  });

  it('hold what is in force, and patterns only as a whole', () => {
    expect(beyond(rights, { before: ['finance:read', 'hr:write'], after: ['hr:*'] })).toEqual([]);
    expect(beyond(rights, { before: ['finance:*'], after: ['hr:read', '*', 'finance:write'] })).toEqual([
      '*',
      'finance:*',
      'finance:write',
    ]);
  });

  it('hold roles and groups that rules ask for by name for those who are in them, and names for nobody', () => {
    expect(rights.allows(rolePower('notary'))).toBe(true);
    expect(rights.allows(rolePower('judge'))).toBe(false);
    expect(rights.allows(groupPower('board'))).toBe(true);
    expect(rights.allows(groupPower('notary'))).toBe(false);
    expect(rights.allows(userPower('pat'))).toBe(false);
  });

  it('hold none of these with a narrowed token, and all of them with everything', () => {
    const narrowed = rightsOf({
      permissions: new Grants(['hr:*']),
      groups: new Set(['board']),
      roles: new Set(['notary']),
      isNarrowed: true,
    });
    expect(narrowed.allows(rolePower('notary'))).toBe(false);
    expect(narrowed.allows(groupPower('board'))).toBe(false);
    expect(standing(['*']).allows(userPower('pat'))).toBe(true);
    expect(EVERYTHING.allows('*')).toBe(true);
  });
});
