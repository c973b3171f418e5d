import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventStreams } from '../src/server/events/event-streams.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { EventReader } from './support/event-reader.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { PATIENTLY } from './support/patience.js';

/** The lease of an instance, and the time after which the end of it is taken for more than a busy moment. Milliseconds. */
const LEASE = 200;
const NOTICED = 300;

let database: TestDatabase;
let proxy: Proxy;
/** Reaches the database through the proxy. */
let service: TestEnvironment;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { hostname, port } = new URL(database.url);
  proxy = await Proxy.start({ host: hostname, port: Number(port) });
  const through = new URL(database.url);
  through.port = String(proxy.port);
  service = await createTestEnvironment({ databaseUrl: through.href });
  admin = await service.login('admin');
});
afterAll(async () => {
  proxy.heal();
  await service.close();
  await proxy.stop();
  await database.drop();
});

const open = (token = admin, lastEventId?: string) => EventReader.open(service.url, token, lastEventId);
const metric = async (name: string): Promise<number> => {
  const { text } = await service.ask('/metrics', { token: admin });
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
};
const fresh = () => vi.waitFor(async () => expect((await service.ask('/health/ready')).status).toBe(200), PATIENTLY);

describe('an instance that is cut off from its database', () => {
  it.each([
    ['goes silent', () => proxy.goSilent()],
    ['takes seconds', () => proxy.delayBy(3_000)],
  ])('vouches for nothing when its lease lapses, and ends its streams: the network %s', async (_, breakIt) => {
    await fresh();
    const readers = await Promise.all([open(), open(), open()]);
    for (const reader of readers) await reader.next('heartbeat');
    const broken = performance.now();
    breakIt();
    for (const reader of readers) {
      const ended = await reader.end();
      expect(ended - broken).toBeLessThan(LEASE + NOTICED);
      const { data: opened } = reader.events.find(({ event }) => event === 'opened')!;
      const last = reader.events.findLast(({ event }) => event === 'heartbeat')!;
      // By the reader's reckoning nothing is vouched for that is later than the break.
      expect(reader.sentAt + (last.data.clock - opened.clock)).toBeLessThan(broken + 25);
    }
    const refused = await open();
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    proxy.heal();
    await fresh();
    const { id } = readers[0]!.events[0]!;
    const again = await open(admin, id);
    expect((await again.next('opened')).data.resumed).toBe(true);
    await again.next('heartbeat');
    again.close();
  });

  it('goes on with its streams through breaks that are shorter than the lease', async () => {
    await fresh();
    const reader = await open();
    await reader.next('heartbeat');
    proxy.cut();
    for (let n = 0; n < 5; n++) await reader.next('heartbeat');
    expect(reader.endedAt).toBeUndefined();
    reader.close();
  });
});

describe('a reader that doesn’t keep up', () => {
  it('is cut, and nobody else notices', async () => {
    await fresh();
    const [slow, brisk] = [await open(), await open()];
    await slow.next('opened');
    slow.stopReading();
    const before = await metric('gatehouse_event_streams_cut_total');
    // More than the kernel takes in its stead.
    const subject = 'x'.repeat(200_000);
    for (let n = 0; n < 60; n++) {
      await service.change(`INSERT INTO gatehouse.changes (kind, subject) VALUES ('token', $1)`, [subject]);
    }
    await vi.waitFor(async () => expect(await metric('gatehouse_event_streams_cut_total')).toBe(before + 1), PATIENTLY);
    expect(await metric('gatehouse_event_drops_total')).toBeGreaterThanOrEqual(60);
    let drops = 0;
    while (drops < 60) drops += (await brisk.next('drop')).data.drops.length;
    await brisk.next('heartbeat');
    slow.resumeReading();
    await slow.end();
    brisk.close();
  });

  it('isn’t remembered for longer than memory is meant to: who was behind by more has a gap', async () => {
    const reader = await open();
    const { id } = await reader.next('opened');
    const last = async () => {
      const one = await open(admin, id);
      const { data } = await one.next('opened');
      one.close();
      return data.resumed as boolean;
    };
    const insert = () =>
      service.change(`INSERT INTO gatehouse.changes (kind, subject) VALUES ('token', $1)`, ['x'.repeat(200_000)]);
    await insert();
    expect(await last()).toBe(true);
    for (let n = 0; n < 3; n++) await insert();
    expect(await last()).toBe(false);
    reader.close();
  });
});

describe('metrics', () => {
  it('count the streams that are open', async () => {
    const readers = await Promise.all([open(), open(), open()]);
    await vi.waitFor(async () => expect(await metric('gatehouse_event_streams')).toBe(3), PATIENTLY);
    for (const reader of readers) reader.close();
    await vi.waitFor(async () => expect(await metric('gatehouse_event_streams')).toBe(0), PATIENTLY);
  });
});

describe('the end of the service', () => {
  it('ends the streams first, also those that nobody reads, and isn’t held up by them', async () => {
    const own = await createTestEnvironment();
    const token = await own.login('admin');
    const readers = await Promise.all([1, 2, 3, 4].map(() => EventReader.open(own.url, token)));
    for (const reader of readers) await reader.next('heartbeat');
    readers[3]!.stopReading();
    const streams = own.app.get(EventStreams, { strict: false });
    const began = performance.now();
    const closed = own.close();
    for (const reader of readers.slice(0, 3)) expect((await reader.end()) - began).toBeLessThan(500);
    expect(streams.open).toBe(0);
    await closed;
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
