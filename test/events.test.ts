import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { EventReader, type ReadEvent } from './support/event-reader.js';
import { claimsOf } from './support/oauth.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { giveRole } from './support/roles.js';
import { median } from './support/quantile.js';

/** The bound from a revocation at one instance to the news at a stream of another. Milliseconds. */
const BOUND = 250;

let database: TestDatabase;
let one: TestEnvironment;
let other: TestEnvironment;
let admin: string;
const readers: EventReader[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  one = await createTestEnvironment({ databaseUrl: database.url });
  other = await createTestEnvironment({ databaseUrl: database.url });
  admin = await one.login('admin');
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(async () => {
  await one.close();
  await other.close();
  await database.drop();
});

async function open(service: TestEnvironment, lastEventId?: string, token = admin): Promise<EventReader> {
  const reader = await EventReader.open(service.url, token, lastEventId);
  readers.push(reader);
  return reader;
}

const revoke = async (service: TestEnvironment, token: string) =>
  expect((await service.ask(`/tokens/${claimsOf(token).jti}`, { method: 'DELETE', token: admin })).status).toBe(204);
const subjectsOf = ({ data }: ReadEvent): string[] => data.drops.map(([, subject]: [string, string]) => subject);
const record = (service: TestEnvironment, subject: string) =>
  service.change('SELECT gatehouse.record_change($1, $2)', ['token', subject]);

describe('GET /events', () => {
  it('begins with where it is, and is neither stored nor held back on the way', async () => {
    const reader = await open(one);
    expect([reader.status, reader.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(reader.headers).toMatchObject({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    expect(reader.headers['x-request-id']).toBeTruthy();
    expect(reader.headers['x-content-type-options']).toBe('nosniff');
    const opened = await reader.next('opened');
    expect(opened.id).toMatch(/^[\da-f-]{36}:\d+$/);
    expect(opened.data).toEqual({ resumed: false, clock: expect.any(Number), heartbeat: 200, lease: 800 });
    expect(reader.events[0]).toBe(opened);
  });

  it('says five times a second up to which moment all has been told: never later than it is, by the clock of the opening', async () => {
    const reader = await open(one);
    const { data: opened } = await reader.next('opened');
    let last = -Infinity;
    const first = await reader.next('heartbeat');
    const ages: number[] = [];
    for (let n = 0; n < 5; n++) {
      const { data, id, at } = await reader.next('heartbeat');
      expect(id).toBeUndefined();
      expect(Object.keys(data)).toEqual(['clock']);
      expect(data.clock).toBeGreaterThan(last);
      // The request was sent before it was accepted, so this reckoning makes the moment too early, never too late.
      const moment = reader.sentAt + (data.clock - opened.clock);
      expect(moment).toBeLessThan(at);
      ages.push(at - moment);
      last = data.clock;
    }
    // Of a single one a busy machine decides.
    expect(median(ages)).toBeLessThan(400);
    const { at } = reader.events.at(-1)!;
    expect((at - first.at) / 5).toBeGreaterThan(150);
    expect((at - first.at) / 5).toBeLessThan(300);
  });

  it('tells within the bound what was revoked at another instance, and only then vouches for a later moment', async () => {
    const reader = await open(other);
    const { data: opened } = await reader.next('opened');
    const delays: number[] = [];
    for (let round = 0; round < 5; round++) {
      const token = await one.login('frank');
      const before = performance.now();
      await revoke(one, token);
      const drop = await reader.next('drop');
      expect(drop.data.drops).toContainEqual(['token', claimsOf(token).jti]);
      delays.push(drop.at - before);
      const vouching = reader.events.find(
        ({ event, data }) => event === 'heartbeat' && reader.sentAt + (data.clock - opened.clock) > drop.at,
      );
      if (vouching) expect(reader.events.indexOf(vouching)).toBeGreaterThan(reader.events.indexOf(drop));
    }
    expect(median(delays)).toBeLessThan(BOUND);
  });

  it('a reader that comes back, at whichever instance, is told what it missed, in order', async () => {
    const first = await open(one);
    await first.next('opened');
    await record(one, 'heard');
    const { id } = await first.next('drop');
    first.close();
    for (const subject of ['missed 1', 'missed 2', 'missed 3']) await record(other, subject);
    for (const service of [other, one, other]) {
      const reader = await open(service, id);
      expect((await reader.next('opened')).data.resumed).toBe(true);
      const subjects: string[] = [];
      let last: string | undefined;
      // One that looked less often has what was heard and what was missed in one event.
      while (subjects.length < 3) {
        const drop = await reader.next('drop');
        subjects.push(...subjectsOf(drop).filter((subject) => subject !== 'heard'));
        last = drop.id;
      }
      expect(subjects).toEqual(['missed 1', 'missed 2', 'missed 3']);
      const again = await open(service, last);
      expect((await again.next('opened')).data.resumed).toBe(true);
      await again.next('heartbeat');
      expect(again.events.filter(({ event }) => event === 'drop')).toEqual([]);
    }
  });

  it('nothing is lost between the streams of one that comes and goes, while changes go on', async () => {
    const heard: string[] = [];
    let id: string | undefined;
    const writing = new AbortController();
    let written = 0;
    const writer = (async () => {
      while (!writing.signal.aborted)
        await one.database.query('SELECT gatehouse.record_change($1, $2)', ['token', `n${written++}`]);
    })();
    let from = 0;
    for (let round = 0; round < 20; round++) {
      const reader = await open(round % 2 ? one : other, id);
      const opened = await reader.next('opened');
      expect(opened.data.resumed).toBe(round > 0);
      if (round === 0) id = opened.id;
      const drop = await reader.next('drop');
      if (round === 0) from = Number((drop.data.drops[0][1] as string).slice(1));
      reader.close();
      for (const event of reader.events) {
        if (event.event !== 'drop') continue;
        heard.push(...subjectsOf(event));
        id = event.id;
      }
    }
    writing.abort();
    await writer;
    // Two instances look at different moments, so one may tell again a part of what the other has told.
    const distinct = [...new Set(heard)];
    expect(distinct).toEqual(distinct.map((_, n) => `n${from + n}`));
  });

  it.each([
    ['of another incarnation', () => '00000000-0000-4000-8000-000000000000:1'],
    ['from before what is remembered', (id: string) => `${id.split(':')[0]}:0`],
    ['of a position that there hasn’t been', (id: string) => `${id.split(':')[0]}:999999999`],
    ['that isn’t one', () => 'x'],
  ])('a cursor %s is a gap, and said to be one', async (_, cursorFrom) => {
    await record(other, 'something');
    const { id } = await (await open(other)).next('opened');
    const reader = await open(other, cursorFrom(id!));
    const opened = await reader.next('opened');
    expect(opened.data.resumed).toBe(false);
    expect(opened.id).toBe(id);
  });

  it('a gap of the instance’s own is told as the drop of all, in the new incarnation', async () => {
    const own = await createTestEnvironment();
    const token = await own.login('admin');
    const reader = await EventReader.open(own.url, token);
    const { id } = await reader.next('opened');
    await own.change('UPDATE gatehouse.incarnation SET id = gen_random_uuid()');
    const drop = await reader.next('drop');
    expect(drop.data.drops).toEqual([['all', '']]);
    expect(drop.id!.split(':')[0]).not.toBe(id!.split(':')[0]);
    const again = await EventReader.open(own.url, token, id);
    expect((await again.next('opened')).data.resumed).toBe(false);
    reader.close();
    again.close();
    await own.close();
  });
});

describe('who may hear it', () => {
  it('nobody without events:subscribe, and nobody with a token for somebody else', async () => {
    expect((await one.ask('/events')).status).toBe(401);
    expect((await open(one, undefined, await one.login('frank'))).status).toBe(403);
    expect((await open(one, undefined, await one.login('admin', 'events:subscribe'))).status).toBe(200);
  });

  it('a HEAD is answered and ends', async () => {
    const { status, headers } = await one.ask('/events', { method: 'HEAD', token: admin });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it.each([
    ['its token is revoked', async (token: string) => revoke(other, token)],
    [
      'its account is switched off',
      async () => {
        await other.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`);
        await other.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'maria'`);
      },
    ],
    [
      'the role that let it in is taken away',
      async () => other.change(`DELETE FROM gatehouse.roles WHERE name = 'listeners'`),
    ],
  ])('a stream ends when %s, and others go on', async (_, act) => {
    await one.change(`DELETE FROM gatehouse.roles WHERE name = 'listeners'`);
    await giveRole(one, 'maria', 'listeners', ['events:subscribe']);
    const token = await one.login('maria');
    const [reader, bystander] = [await open(one, undefined, token), await open(one)];
    await reader.next('heartbeat');
    const before = performance.now();
    await act(token);
    expect((await reader.end()) - before).toBeLessThan(2 * BOUND);
    expect(reader.events.some(({ event }) => event === 'drop')).toBe(true);
    await bystander.next('drop');
    await bystander.next('heartbeat');
  });

  it('a stream ends when its token expires', async () => {
    const own = await createTestEnvironment();
    const token = await own.login('admin');
    const expires = Date.now() / 1_000 + 1.5;
    await own.change('UPDATE gatehouse.tokens SET expires_at = to_timestamp($1)', [expires]);
    const reader = await EventReader.open(own.url, token);
    await reader.next('heartbeat');
    const end = performance.timeOrigin + (await reader.end());
    expect(end / 1_000 - expires).toBeGreaterThan(-0.1);
    expect(end / 1_000 - expires).toBeLessThan(0.5);
    await own.close();
  });
});
