import type { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../validity/index.js';
import type { ChangeFeed, ChangeListener } from '../changes/change-feed.js';
import { RbacSnapshot } from './rbac-snapshot.js';

const ROLE = '2f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11';
const CHANGED: Change[] = [{ kind: 'rbac', subject: ROLE }];

/** A database with one role, whose answers about groups come when they are let go; those about roles come at once. */
class SlowDatabase {
  held: string[] = ['finance:read'];
  /** Lets the answers go, in the order of the questions. */
  readonly answers: (() => void)[] = [];
  slow = true;

  query(sql: string): Promise<unknown[]> {
    if (/FROM gatehouse\.groups/.test(sql)) {
      return this.slow ? new Promise((resolve) => this.answers.push(() => resolve([]))) : Promise.resolve([]);
    }
    return Promise.resolve(
      /FROM gatehouse\.roles/.test(sql) ? [{ id: ROLE, name: 'reader', patterns: [...this.held] }] : [],
    );
  }
}

function start() {
  const database = new SlowDatabase();
  let tell: ChangeListener;
  const feed = { subscribe: (listener: ChangeListener) => (tell = listener) };
  const snapshot = new RbacSnapshot(database as unknown as DataSource, feed as unknown as ChangeFeed);
  const patterns = () => snapshot.resolve([], [ROLE]).patterns;
  return { database, snapshot, patterns, started: snapshot.onModuleInit(), tell: () => tell(CHANGED) };
}

// What was read first and answered last was held in the place of what is true, until the role changed again.
describe('a reload that is overtaken by a later one', () => {
  it('at the start, doesn’t bring back what has been taken away meanwhile', async () => {
    const { database, started, tell, patterns } = start();
    database.slow = false;
    database.held = [];
    await tell();
    database.answers[0]!();
    await started;
    expect(patterns()).toEqual([]);
  });

  it('since the feed gave it up, doesn’t either', async () => {
    const { database, started, tell, patterns } = start();
    database.answers[0]!();
    await started;
    const givenUp = tell();
    database.slow = false;
    database.held = [];
    await tell();
    database.answers[1]!();
    await givenUp;
    expect(patterns()).toEqual([]);
  });

  it('reads what the later one didn’t ask for', async () => {
    const { database, started, tell, patterns, snapshot } = start();
    const told = tell();
    database.slow = false;
    database.answers[1]!();
    await told;
    database.answers[0]!();
    await started;
    expect(patterns()).toEqual(['finance:read']);
    expect(snapshot.version).toBe(2);
  });
});
