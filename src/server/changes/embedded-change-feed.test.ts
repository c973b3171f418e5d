import { expect, it } from 'vitest';
import type { Change } from '../../validity/index.js';
import { OpenDatabase } from '../database/open-database.js';
import { EmbeddedChangeFeed } from './embedded-change-feed.js';

/** A database that says what a test has it say. */
async function start(): Promise<{ feed: EmbeddedChangeFeed; say: (payload: string) => void; stop: () => void }> {
  let stoppedAt: number | undefined;
  let say!: (payload: string) => void;
  const listen = async (_channel: string, heard: (payload: string) => void): Promise<void> => void (say = heard);
  const feed = await EmbeddedChangeFeed.start(
    new OpenDatabase(
      undefined as never,
      true,
      async () => {},
      listen,
      () => stoppedAt,
    ),
  );
  return { feed, say, stop: () => (stoppedAt = performance.now()) };
}

it('isn’t fresh until every listener has applied what was said', async () => {
  const { feed, say } = await start();
  let applied!: () => void;
  feed.subscribe(() => new Promise<void>((resolve) => (applied = resolve)));
  expect(feed.isFresh).toBe(true);
  say('token 1');
  expect(feed.isFresh).toBe(false);
  applied();
  expect(await feed.becomeFresh()).toBe(true);
});

it('tells a listener that failed to drop everything, and isn’t fresh before it has', async () => {
  const { feed, say } = await start();
  const told: Change[] = [];
  feed.subscribe(([change]) => {
    told.push(change!);
    if (told.length < 3) throw new Error('not now');
  });
  say('rbac 1');
  expect(feed.isFresh).toBe(false);
  expect(await feed.becomeFresh()).toBe(true);
  expect(told.map(({ kind }) => kind)).toEqual(['rbac', 'all', 'all']);
});

// An embedding application isn't ended when its database gives up, and went on with what it knew.
it('is never fresh again when the database has given up', async () => {
  const { feed, stop } = await start();
  expect(feed.isFresh).toBe(true);
  stop();
  expect(feed.isFresh).toBe(false);
  expect(await feed.becomeFresh()).toBe(false);
  expect(feed.knownUpTo).toBeLessThanOrEqual(performance.now());
});
