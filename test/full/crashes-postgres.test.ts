import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import type { BuiltService } from '../support/built-service.js';
import { cleanUp, describeKills, random, randomMoment, settings, start, stormAt } from '../support/crashes.js';
import { ask } from '../support/http.js';
import { createTestDatabase } from '../support/postgres.js';
import { preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { unsound } from '../support/soundness.js';

describeKills('PostgreSQL', async () => {
  const { url, drop } = await createTestDatabase();
  cleanUp.push(drop);
  return settings(url);
});

describe('PostgreSQL dies', () => {
  let postgres: PreparedPostgres;
  beforeAll(async () => {
    postgres = await preparePostgres({ durable: true });
    await postgres.start();
  });
  afterAll(() => postgres.remove());

  const ready = async ({ url }: BuiltService): Promise<boolean> =>
    (await ask(url, 'GET', '/health/ready')).status === 200;

  /** kill -9 of one connection’s process: PostgreSQL ends all others, and recovers by itself. */
  async function killBackend(): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'gatehouse' LIMIT 1`,
    );
    process.kill(rows[0]!.pid, 'SIGKILL');
    await client.end().catch(() => {});
  }

  /** An immediate shutdown, and the recovery of a start after it. */
  async function crashAndStart(): Promise<void> {
    await postgres.crash();
    await sleep(random() * 1_000);
    await postgres.start();
  }

  it('in a storm of writes and logins: the service says "not now", goes on by itself, and lost nothing', async () => {
    const env = await settings(postgres.url);
    const service = await start(env);
    const storm = await stormAt(service);
    for (const fault of [killBackend, crashAndStart, killBackend, crashAndStart, killBackend, crashAndStart]) {
      storm.start(service.url);
      await randomMoment(storm);
      await fault();
      await vi.waitFor(async () => expect(await ready(service)).toBe(true), { interval: 20, timeout: 15_000 });
      await storm.acknowledge(10);
      await storm.halt();
      expect(await storm.check(service.url), fault.name).toEqual([]);
    }
    expect(await storm.check(service.url, { everything: true })).toEqual([]);
    expect(storm.surprises).toEqual([]);
    expect(storm.counted.open).toBeGreaterThan(6);
    expect(service.process.exitCode).toBeNull();
    await service.stop('SIGKILL');
    expect(await unsound(env)).toEqual([]);
  });
});
