import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeFeed } from '../src/server/changes/change-feed.js';
import { KeyMaintenance } from '../src/server/keys/key-maintenance.js';
import { KeyRotation } from '../src/server/keys/key-rotation.js';
import { OPERATOR } from './support/actor.js';
import {
  closeAll,
  get,
  inState,
  kidOf,
  login,
  one,
  published,
  rotate,
  startBoth,
  status,
  two,
  until,
} from './support/signing-keys.js';

beforeAll(async () => {
  await startBoth();
  // So that there is a retired key from the beginning.
  await rotate(one);
});
afterAll(closeAll);

/** Whether a statement waits for a lock that another one holds. */
const somebodyWaits = async (): Promise<boolean> => {
  const waiting = await two.database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
};

describe('the emergency', () => {
  it('ends all sessions and tokens on every instance, and revokes the published next key too', async () => {
    const logins = await Promise.all([login(one), login(two)]);
    const tokens = logins.map(({ json }) => json.access_token as string);
    const service = await serviceToken();
    for (const token of [...tokens, service]) {
      expect([await status(one, token), await status(two, token)]).toEqual([200, 200]);
    }
    const former = [...(await inState('active')), ...(await inState('next')), ...(await inState('retired'))];

    const { status: code, json } = await rotate(one, { revokeOutstanding: true });
    const [here, there] = [Promise.all([...tokens, service].map((token) => status(one, token))), performance.now()];
    expect(code).toBe(200);
    expect(await here).toEqual([401, 401, 401]);
    await until(async () => (await status(two, tokens[0]!)) === 401);
    expect(performance.now() - there).toBeLessThan(1_000);
    expect(await Promise.all([...tokens, service].map((token) => status(two, token)))).toEqual([401, 401, 401]);

    const states = new Map(json.items.map((key: { kid: string; state: string }) => [key.kid, key.state]));
    for (const kid of former) expect(states.get(kid)).toBe('revoked');
    for (const instance of [one, two]) {
      const kids = await published(instance);
      expect(kids.filter((kid) => former.includes(kid!))).toEqual([]);
      expect(kids).toHaveLength(2);
      for (const { json: answer } of logins) {
        const form = { grant_type: 'refresh_token', refresh_token: answer.refresh_token };
        expect((await instance.ask('/token', { form })).json).toMatchObject({ error: 'invalid_grant' });
      }
      const fresh = await login(instance);
      expect(fresh.status).toBe(200);
      expect([await status(one, fresh.json.access_token), await status(two, fresh.json.access_token)]).toEqual([
        200, 200,
      ]);
    }
  });

  it('ends a session too that is being opened meanwhile', async () => {
    const client = new pg.Client({ connectionString: one.settings.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    const { rows } = await client.query(
      `INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
       SELECT accounts.id, clients.client_id, accounts.epoch, clients.epoch, now() + interval '1 day'
         FROM gatehouse.accounts, gatehouse.clients WHERE username = 'frank' AND client_id = 'gatehouse' RETURNING id`,
    );
    const emergency = get(one, KeyRotation).revokeAll(OPERATOR);
    await until(somebodyWaits);
    await client.query('COMMIT');
    await client.end();
    await emergency;
    const [{ ended }] = await one.database.query(
      `SELECT ended_at IS NOT NULL AS ended FROM gatehouse.sessions WHERE id = $1`,
      [rows[0].id],
    );
    expect(ended).toBe(true);
  });

  it('says "all" where there are many sessions', async () => {
    await one.database.query(
      `INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
       SELECT accounts.id, 'gatehouse', accounts.epoch, 0, now() + interval '1 day'
         FROM gatehouse.accounts, generate_series(1, 2000) WHERE username = 'frank'`,
    );
    const [{ position }] = await one.database.query('SELECT max(position) AS position FROM gatehouse.changes');
    await rotate(one, { revokeOutstanding: true });
    const rows = await one.database.query(`SELECT kind FROM gatehouse.changes WHERE position > $1`, [position]);
    expect(rows.filter(({ kind }: { kind: string }) => kind === 'all')).toHaveLength(1);
    expect(rows.length).toBeLessThan(520);
    const [{ alive }] = await one.database.query(
      `SELECT count(*)::int AS alive FROM gatehouse.sessions WHERE ended_at IS NULL AND expires_at > now()`,
    );
    expect(alive).toBe(0);
  });

  it('ends as many sessions as there are, in batches, and none that is opened with the new key', async () => {
    const [{ count }] = await one.database.query(
      `WITH made AS (
         INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
         SELECT accounts.id, 'gatehouse', accounts.epoch, 0, now() + interval '1 day'
           FROM gatehouse.accounts, generate_series(1, 12000) WHERE username = 'frank' RETURNING 1)
       SELECT count(*)::int FROM made`,
    );
    expect(count).toBe(12_000);
    const held = await one.login('frank');
    expect(await status(one, held)).toBe(200);
    const emergency = get(one, KeyRotation).revokeAll(OPERATOR);
    // The keys come first: the token is dead long before the last session has ended.
    await until(async () => (await status(one, held)) === 401);
    const later = await one.login('frank');
    await emergency;
    expect(await status(one, later)).toBe(200);
    const [{ alive }] = await one.database.query(
      `SELECT count(*)::int AS alive FROM gatehouse.sessions WHERE ended_at IS NULL AND expires_at > now()`,
    );
    expect(alive).toBe(1);
  });

  it('leaves one active key and one next when two are declared at once, and logins go on', async () => {
    const answers = Array.from({ length: 10 }, () => login(two));
    await Promise.all([one, two].map((at) => get(at, KeyRotation).revokeAll(OPERATOR)));
    expect([(await inState('active')).length, (await inState('next')).length]).toEqual([1, 1]);
    expect((await Promise.all(answers)).map(({ status: code }) => code)).toEqual(answers.map(() => 200));
    expect((await login(one)).status).toBe(200);
  });
});

describe('the end of a retired key', () => {
  it('comes when the last token that it has signed has expired, and not before', async () => {
    const token = await one.login('frank');
    const longLived = await serviceToken();
    const kid = kidOf(token);
    expect(kidOf(longLived)).toBe(kid);
    await rotate(one);
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1 AND kind <> 'service'`, [kid]);

    await get(two, KeyMaintenance).run();
    expect(await inState('retired')).toContain(kid);
    expect(await published(one)).toContain(kid);
    expect(await status(one, longLived)).toBe(200);

    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1`, [kid]);
    await Promise.all([one, two].map((at) => get(at, KeyMaintenance).run()));
    await get(one, ChangeFeed).catchUp();
    expect(await inState('retired')).not.toContain(kid);
    expect(await published(one)).not.toContain(kid);
    expect(await status(one, longLived)).toBe(401);
    const [{ left }] = await one.database.query(`SELECT count(*)::int AS left FROM gatehouse.tokens WHERE kid = $1`, [
      kid,
    ]);
    expect(left).toBe(0);
  });

  it('waits for a token of it that is just being entered', async () => {
    const [kid] = await inState('active');
    await rotate(one);
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1`, [kid]);
    const client = new pg.Client({ connectionString: one.settings.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO gatehouse.tokens (jti, kind, kid, account_id, client_id, account_epoch, client_epoch, audience, expires_at)
       SELECT gen_random_uuid(), 'service', $1, id, 'gatehouse', 0, 0, '{}', now() + interval '1 day'
         FROM gatehouse.accounts WHERE username = 'frank'`,
      [kid],
    );
    const removal = get(one, KeyRotation).removeSpent();
    await until(somebodyWaits);
    await client.query('COMMIT');
    await client.end();
    await removal;
    expect(await inState('retired')).toContain(kid);
  });

  it('comes for keys that never signed, and for revoked ones, as well', async () => {
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now()`);
    await get(one, KeyMaintenance).run();
    expect([...(await inState('retired')), ...(await inState('revoked'))]).toEqual([]);
    expect([(await inState('active')).length, (await inState('next')).length]).toEqual([1, 1]);
  });
});

/** A token without a session, as service accounts have them, of frank’s account. */
async function serviceToken(): Promise<string> {
  const token = await one.login('frank');
  const jti = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).jti;
  await one.change(
    `UPDATE gatehouse.tokens SET kind = 'service', session_id = NULL, account_epoch = accounts.epoch, client_epoch = clients.epoch
       FROM gatehouse.accounts, gatehouse.clients
      WHERE jti = $1 AND accounts.id = tokens.account_id AND clients.client_id = tokens.client_id`,
    [jti],
  );
  return token;
}
