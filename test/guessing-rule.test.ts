import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { CoreChanges1763800000001 } from '../src/server/changes/changes.migration.js';
import { DatabaseFeature } from '../src/server/database/feature.js';
import { CoreGuesses1763800000081 } from '../src/server/guessing/guesses.migration.js';
import { CoreAccounts1763800000002 } from '../src/server/users/accounts.migration.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

let database: TestDatabase;
let db: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase([
    new DatabaseFeature([], [CoreChanges1763800000001, CoreAccounts1763800000002, CoreGuesses1763800000081]),
  ]);
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

  it('never let more passwords be looked at between two right ones than are free, and refuse only when so many were wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const tag = `tag-${++made}`;
        const open: string[] = [];
        let wrong = 0;
        for (const one of steps) {
          if (one.type === 'take') {
            const { rows } = await db.query(
              'SELECT outcome, seconds, place::text AS place FROM gatehouse.take_guess($1, $1, $2, $3)',
              [tag, `net-${made}`, FREE],
            );
            const { outcome, seconds, place } = rows[0];
            // Where the free ones are used up, a second has to be waited for: these sequences take less.
            const expected = wrong >= FREE ? 'refused' : wrong + open.length >= FREE ? 'wait' : 'taken';
            expect(outcome).toBe(expected);
            if (outcome === 'taken') open.push(place);
            if (outcome === 'refused') {
              expect(seconds).toBeGreaterThan(0);
              expect(seconds).toBeLessThanOrEqual(1);
            }
          } else if (open.length > 0) {
            const [place] = open.splice(one.which % open.length, 1);
            const { rows } = await db.query(
              'SELECT withheld FROM gatehouse.settle_guess($1, $2, $3, $1, false, $4, $5, NULL)',
              [tag, `net-${made}`, FREE, place, one.outcome],
            );
            expect(rows[0].withheld).toBe(false);
            if (one.outcome === 'right') wrong = 0;
            if (one.outcome === 'wrong') wrong++;
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
