import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { addClient, pairFor } from './support/oauth.js';

let service: TestEnvironment;
let admin: string;
let hand: pg.Client;
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  hand = new pg.Client({ connectionString: service.settings.databaseUrl! });
  await hand.connect();
});
afterAll(async () => {
  await hand.end();
  await service.close();
});

const grants = ['password', 'refresh_token'];

/** Asks for a token while a deletion is under way, which is committed once the request waits for it. */
async function askedDuring(deletion: string, values: unknown[], form: Record<string, string>): Promise<Answer> {
  await hand.query('BEGIN');
  await hand.query(deletion, values);
  const asked = service.ask('/token', { form });
  const { rows } = await hand.query('SELECT pg_backend_pid() AS pid');
  for (let waiting = 0; waiting === 0; await sleep(5)) {
    const found = await hand.query('SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [
      rows[0].pid,
    ]);
    waiting = found.rowCount!;
  }
  await hand.query('COMMIT');
  return asked;
}

// A refresh locks its session and then the client, and the deletion did so the other way round: one of both was killed
// as a deadlock, and as a rule it was the deletion, with 503.
it('a client is deleted at once, however busily its logins are being refreshed', async () => {
  for (let round = 0; round < 8; round++) {
    const clientId = `busy-${round}`;
    await addClient(service, { clientId, grants });
    const pairs = await Promise.all(
      Array.from({ length: 6 }, () => pairFor(service, 'frank', { client_id: clientId })),
    );
    const deletion = { answered: false };
    const loops = pairs.map(async ({ refresh_token: token }) => {
      const seen = new Set<number>();
      while (!deletion.answered) {
        const form = { grant_type: 'refresh_token', refresh_token: token, client_id: clientId };
        const { status, json } = await service.ask('/token', { form });
        seen.add(status);
        token = json.refresh_token ?? token;
      }
      return [...seen];
    });
    await sleep(20);
    const { status } = await service.ask(`/clients/${clientId}`, { method: 'DELETE', token: admin });
    deletion.answered = true;
    const seen = (await Promise.all(loops)).flat();
    expect([status, ...seen].filter((one) => one >= 500)).toEqual([]);
    expect((await service.ask(`/clients/${clientId}`, { token: admin })).status).toBe(404);
  }
});

// The insert passed its own conditions, then failed by its foreign keys: 500.
it('a login whose client is deleted meanwhile is refused like any other', async () => {
  await addClient(service, { clientId: 'going', grants });
  const form = { username: 'frank', password: service.passwords.get('frank')!, client_id: 'going' };
  const { status, json } = await askedDuring(`DELETE FROM gatehouse.clients WHERE client_id = 'going'`, [], form);
  expect([status, json.error]).toEqual([400, 'invalid_grant']);
});

it('client_credentials whose service account is deleted meanwhile are refused like any others', async () => {
  const { json: account } = await service.ask('/service-accounts', { token: admin, json: { username: 'going-too' } });
  const made = await service.ask(`/service-accounts/${account.id}/secret`, { method: 'POST', token: admin });
  const { clientId, clientSecret } = made.json;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  // Held in memory from here on, so that the request gets as far as the insert.
  expect((await service.ask('/token', { form })).status).toBe(200);
  const { status, json } = await askedDuring('DELETE FROM gatehouse.accounts WHERE id = $1', [account.id], form);
  expect([status, json.error]).toEqual([401, 'invalid_client']);
});
