import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { CoreChanges1763800000001 } from '../src/server/changes/changes.migration.js';
import { DatabaseFeature } from '../src/server/database/feature.js';
import { openDatabase } from '../src/server/database/open-database.js';
import { CoreGuesses1763800000081 } from '../src/server/guessing/guesses.migration.js';
import { CoreAccounts1763800000002 } from '../src/server/users/accounts.migration.js';
import { createEmbeddedFolder } from './support/embedded.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

const tables = [
  new DatabaseFeature([], [CoreChanges1763800000001, CoreAccounts1763800000002, CoreGuesses1763800000081]),
];

let database: TestDatabase;
let db: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase(tables);
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const DAY = 86_400;

async function delayOf(failures: number, free: number): Promise<number> {
  const { rows } = await db.query('SELECT gatehouse.guess_delay($1, $2) AS delay', [failures, free]);
  return rows[0].delay;
}

async function left(failures: number, free: number, seconds: number): Promise<number> {
  const { rows } = await db.query(
    `SELECT gatehouse.guesses_left($1, '2026-01-01', $2, timestamptz '2026-01-01' + make_interval(secs => $3)) AS kept`,
    [failures, free, seconds],
  );
  return rows[0].kept;
}

const free = fc.integer({ min: 1, max: 100_000 });
const failures = fc.integer({ min: 0, max: 200_000 });

describe('the delay', () => {
  it('is none for those that are free, then 1, 2, 4 … seconds, and a quarter of an hour at most', async () => {
    const { rows } = await db.query('SELECT gatehouse.guess_delay(failures, 5) AS delay FROM generate_series(0, 19) AS failures'); // prettier-ignore
    expect(rows.map(({ delay }) => delay)).toEqual([
      0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900,
    ]);
  });

  it('whatever is free, never falls with another failure, at most doubles, and stays within its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(failures, free, async (count, allowed) => {
        const [one, next] = [await delayOf(count, allowed), await delayOf(count + 1, allowed)];
        expect(one === 0).toBe(count < allowed);
        expect(one).toBeLessThanOrEqual(900);
        expect(next).toBeGreaterThanOrEqual(one);
        if (one > 0) expect(next).toBeLessThanOrEqual(2 * one);
      }),
      { numRuns: 100 },
    );
  });

  it('counts a failure that has faded in part as a whole one', async () => {
    expect(await delayOf(4.000_1, 5)).toBe(1);
    expect(await delayOf(4, 5)).toBe(0);
  });
});

describe('failures', () => {
  it('fade: as many as are free in a day, evenly, never below none, and not at all when the clock is put back', async () => {
    await fc.assert(
      fc.asyncProperty(failures, free, fc.integer({ min: -DAY, max: 3 * DAY }), async (count, allowed, seconds) => {
        const expected = Math.max(0, count - (Math.max(0, seconds) * allowed) / DAY);
        expect(await left(count, allowed, seconds)).toBeCloseTo(expected, 4);
      }),
      { numRuns: 100 },
    );
  });
});

describe('attempts, taken and settled in whatever order', () => {
  const FREE = 3;
  let made = 0;
  type Step = { readonly type: 'take' } | { readonly type: 'settle'; readonly outcome: 'right' | 'wrong' | 'void'; readonly which: number }; // prettier-ignore
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.constant({ type: 'take' } as const),
    fc.record({
      type: fc.constant('settle' as const),
      outcome: fc.constantFrom('right', 'wrong', 'void'),
      which: fc.nat(10),
    }),
  );

  type Query = (sql: string, values: unknown[]) => Promise<any[]>;

  async function follow(steps: readonly Step[], query: Query): Promise<void> {
    const [tag, network] = [`tag-${++made}`, `net-${made}`];
    let open: { place: string; counts: boolean }[] = [];
    let wrong = 0;
    const settle = async (which: number, outcome: 'right' | 'wrong' | 'void'): Promise<void> => {
      const [{ place, counts }] = open.splice(which % open.length, 1) as [{ place: string; counts: boolean }];
      const [{ withheld }] = (await query(
        'SELECT withheld FROM gatehouse.settle_guess($1, $2, $3, $1, false, $4::timestamptz, $5, NULL)',
        [tag, network, FREE, place, outcome],
      )) as [{ withheld: boolean }];
      expect(withheld).toBe(outcome !== 'void' && wrong >= FREE);
      if (outcome === 'wrong' && counts) wrong++;
      // Whoever knows the password needn't guess: those that are under way then don't count any more.
      if (outcome === 'right' && !withheld) {
        wrong = 0;
        open = open.map((each) => ({ ...each, counts: false }));
      }
      // So that it is too early for another, however long the steps take.
      if (wrong >= FREE) await query(`UPDATE gatehouse.guesses SET failed_at = now() + interval '1 hour' WHERE subject LIKE '%' || $1`, [tag]); // prettier-ignore
    };
    for (const one of steps) {
      if (one.type === 'take') {
        const [{ outcome, seconds, place }] = (await query(
          'SELECT outcome, seconds, place::text AS place FROM gatehouse.take_guess($1, $1, $2, $3)',
          [tag, network, FREE],
        )) as [{ outcome: string; seconds: number; place: string }];
        const underWay = open.filter(({ counts }) => counts).length;
        expect(outcome).toBe(wrong >= FREE ? 'refused' : wrong + underWay >= FREE ? 'wait' : 'taken');
        if (outcome === 'taken') open.push({ place, counts: true });
        if (outcome === 'refused') expect(seconds).toBe(900);
      } else if (open.length > 0) await settle(one.which, one.outcome);
    }
  }

  const rule = (query: Query, numRuns: number) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => follow(steps, query)),
      { numRuns },
    );

  it('never let more passwords be looked at between two right ones than are free, and refuse only when so many were wrong', () =>
    rule(async (sql, values) => (await db.query(sql, values)).rows, 100));

  it('do so in the embedded database too', async () => {
    const folder = await createEmbeddedFolder();
    const embedded = await openDatabase({ dataDir: folder.dataDir }, tables);
    await rule((sql, values) => embedded.dataSource.query(sql, values), 5);
    await embedded.close();
    await folder.remove();
  });
});
