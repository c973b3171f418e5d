import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { preparePostgres, type PreparedPostgres } from './support/postgres-server.js';
import { Proxy } from './support/proxy.js';
import { PATIENTLY } from './support/patience.js';

vi.setConfig({ hookTimeout: 90_000, testTimeout: 60_000 });

let postgres: PreparedPostgres;
let proxy: Proxy;
let service: TestEnvironment;

beforeAll(async () => {
  postgres = await preparePostgres();
  await postgres.start();
  const through = new URL(postgres.url);
  proxy = await Proxy.start({ host: through.hostname, port: Number(through.port) });
  through.port = String(proxy.port);
  service = await createTestEnvironment({ databaseUrl: through.href });
});
afterAll(async () => {
  await service.close();
  await proxy.stop();
  await postgres.remove();
});

const ready = async (): Promise<number> => (await service.ask('/health/ready')).status;

describe('while the database is gone', () => {
  it('nothing is guessed: 503 and never 401 or 200, and all is well when it is back', async () => {
    const form = { username: 'frank', password: service.passwords.get('frank')! };
    const token = await service.login('frank');
    await postgres.stop();
    // What is known may be trusted for a fifth of a second.
    await vi.waitFor(async () => expect(await ready()).toBe(503), PATIENTLY);

    for (const asked of [service.ask('/finance/data', { token }), service.ask('/token', { form })]) {
      const { status, headers, text } = await asked;
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(text).not.toMatch(/127\.0\.0\.1|ECONN|postgres/i);
    }
    expect((await service.ask('/health/live')).status).toBe(200);
    expect((await service.ask('/finance/data')).status).toBe(401);

    await postgres.start();
    await vi.waitFor(async () => expect(await ready()).toBe(200), PATIENTLY);
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    expect((await service.ask('/token', { form })).status).toBe(200);
  });
});

describe('while the database takes connections and says nothing', () => {
  it('logins, refreshes and revocations get 503 within seconds, and nothing of it is done later', async () => {
    const form = { username: 'frank', password: service.passwords.get('frank')! };
    const { access_token: token, refresh_token: refresh } = (await service.ask('/token', { form })).json;
    const written = async () =>
      service.database.query(
        `SELECT (SELECT count(*) FROM gatehouse.sessions) AS sessions, (SELECT count(*) FROM gatehouse.tokens) AS tokens,
                (SELECT count(*) FROM gatehouse.tokens WHERE revoked_at IS NOT NULL) AS revoked,
                (SELECT count(*) FROM gatehouse.guesses) AS guesses, (SELECT count(*) FROM gatehouse.audit_events) AS events`,
      );
    const before = await written();
    proxy.goSilent();
    await vi.waitFor(async () => expect(await ready()).toBe(503), { interval: 20, timeout: 10_000 });

    const start = performance.now();
    const answers = await Promise.all([
      service.ask('/token', { form }),
      service.ask('/token', { form: { ...form, password: 'wrong' } }),
      service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } }),
      service.ask('/token', { form: { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' } }),
      service.ask('/revoke', { form: { token } }),
      service.ask('/revoke', { form: { token: refresh } }),
    ]);
    expect(performance.now() - start).toBeLessThan(5_000);
    for (const { status, headers, json } of answers) {
      expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      expect(json).toEqual({ error: 'temporarily_unavailable', error_description: expect.any(String) });
    }

    proxy.heal();
    await vi.waitFor(async () => expect(await ready()).toBe(200), { interval: 20, timeout: 10_000 });
    expect(await written()).toEqual(before);
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    const renewed = await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } });
    expect(renewed.status).toBe(200);
    expect((await service.ask('/revoke', { form: { token: renewed.json.refresh_token } })).status).toBe(200);
    expect((await service.ask('/finance/data', { token })).status).toBe(401);
  });
});
