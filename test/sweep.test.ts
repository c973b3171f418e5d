import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { Sweeper } from '../src/server/sweeping/sweeper.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { claimsOf, pairFor } from './support/oauth.js';

let service: TestEnvironment;
let sweeper: Sweeper;
const sql = (text: string, values?: unknown[]) => service.database.query(text, values);
const count = async (table: string, where = 'true') =>
  (await sql(`SELECT count(*)::int AS count FROM gatehouse.${table} WHERE ${where}`))[0].count;

beforeEach(async () => {
  service = await createTestEnvironment();
  sweeper = service.app.get(Sweeper, { strict: false });
});
afterEach(() => service.close());

describe('sweeping', () => {
  it('removes tokens and sessions that have expired, and nothing else', async () => {
    const [gone, kept] = [await pairFor(service, 'frank'), await pairFor(service, 'frank')];
    const [{ session_id: session }] = await sql('SELECT session_id FROM gatehouse.tokens WHERE jti = $1', [
      claimsOf(gone.access_token).jti,
    ]);
    await sql(`UPDATE gatehouse.tokens SET expires_at = now() WHERE session_id = $1`, [session]);
    await sql(`UPDATE gatehouse.sessions SET expires_at = now() WHERE id = $1`, [session]);
    expect(await sweeper.sweep()).toBe(3);
    expect([await count('tokens'), await count('sessions')]).toEqual([2, 1]);
    expect((await service.ask('/search?query=apple', { token: kept.access_token })).status).toBe(200);
    expect((await service.ask('/search?query=apple', { token: gone.access_token })).status).toBe(401);
  });

  it('leaves a session as long as it has a token that hasn’t expired', async () => {
    await pairFor(service, 'frank');
    await sql(`UPDATE gatehouse.sessions SET expires_at = now()`);
    expect(await sweeper.sweep()).toBe(0);
    expect(await count('sessions')).toBe(1);
  });

  it('keeps what was revoked until it expires: its row is what makes it dead', async () => {
    const pair = await pairFor(service, 'frank');
    await service.ask('/revoke', { form: { token: pair.access_token } });
    await service.ask('/revoke', { form: { token: pair.refresh_token } });
    expect(await sweeper.sweep()).toBe(0);
    expect([await count('tokens'), await count('sessions')]).toEqual([2, 1]);
  });

  it('takes thousands of rows in batches, and says nothing in the change log', async () => {
    await sql(`INSERT INTO gatehouse.tokens (jti, kind, kid, account_id, client_id, account_epoch, client_epoch, audience, expires_at)
      SELECT gen_random_uuid(), 'access', kid, accounts.id, 'gatehouse', 0, 0, '{x}', now() - make_interval(secs => n)
        FROM gatehouse.accounts, gatehouse.signing_keys, generate_series(1, 2500) n
       WHERE username = 'frank' AND signing_keys.state = 'active'`);
    const before = await count('changes');
    expect(await sweeper.sweep()).toBe(2_500);
    expect(await count('changes')).toBe(before);
  });

  it('neither waits for rows that somebody works on, nor stops at them', async () => {
    await pairFor(service, 'frank');
    await sql(`UPDATE gatehouse.tokens SET expires_at = now()`);
    const other = new pg.Client({ connectionString: service.settings.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query(`SELECT FROM gatehouse.tokens WHERE kind = 'refresh' FOR UPDATE`);
    expect(await sweeper.sweep()).toBe(1);
    await other.query('COMMIT');
    await other.end();
    expect(await sweeper.sweep()).toBe(1);
  });

  it('is done by one instance at a time', async () => {
    await pairFor(service, 'frank');
    await sql(`UPDATE gatehouse.tokens SET expires_at = now()`);
    const other = new pg.Client({ connectionString: service.settings.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.sweep', 0))`);
    expect(await sweeper.sweep()).toBe(0);
    await other.query('COMMIT');
    await other.end();
    expect(await sweeper.sweep()).toBe(2);
  });

  it('removes changes from below once they are an hour old, and tells up to where', async () => {
    await sql('DELETE FROM gatehouse.changes');
    for (let n = 0; n < 5; n++) await sql(`SELECT gatehouse.record_change('rbac', $1)`, [`x${n}`]);
    const rows = await sql('SELECT position FROM gatehouse.changes ORDER BY position');
    const positions: number[] = rows.map(({ position }: { position: number }) => position);
    const age = (index: number) =>
      sql(`UPDATE gatehouse.changes SET created_at = now() - interval '61 minutes' WHERE position = $1`, [
        positions[index],
      ]);
    // The fourth is old and stands above one that isn't: committed late, so it may be news to somebody.
    await Promise.all([age(0), age(1), age(3)]);
    expect(await sweeper.sweep()).toBe(2);
    const left = await sql('SELECT position FROM gatehouse.changes ORDER BY position');
    expect(left.map(({ position }: { position: number }) => position)).toEqual(positions.slice(2));
    const [{ swept_to: sweptTo }] = await sql('SELECT swept_to FROM gatehouse.change_sweep');
    expect(sweptTo).toBe(positions[1]);
  });

  it('of the log doesn’t disturb an instance that has read it', async () => {
    const { access_token: token } = await pairFor(service, 'frank');
    expect((await service.ask('/search?query=apple', { token })).status).toBe(200);
    await sql(`UPDATE gatehouse.changes SET created_at = now() - interval '2 hours'`);
    const before = await count('changes');
    expect(before).toBeGreaterThan(0);
    expect(await sweeper.sweep()).toBe(before);
    expect((await service.ask('/search?query=apple', { token })).status).toBe(200);
    await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'frank'`);
    expect((await service.ask('/search?query=apple', { token })).status).toBe(401);
  });
});
