import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sweeper } from '../src/server/sweeping/sweeper.js';
import { ALIVE, TOKENS } from '../src/server/tokens/liveness.js';
import { createEmbeddedFolder } from './support/embedded.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { claimsOf, pairFor, type TokenPair } from './support/oauth.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service.close());

const login = (username = 'frank', scope?: string, own = service): Promise<TokenPair> =>
  pairFor(own, username, scope ? { scope } : {});

const refresh = (token: string, more: Record<string, string> = {}, own = service): Promise<Answer> =>
  own.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: token, ...more } });

const refreshed = async (token: string, more: Record<string, string> = {}, own = service): Promise<TokenPair> => {
  const answer = await refresh(token, more, own);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};

const alive = async (token: string, own = service): Promise<boolean> =>
  (await own.ask('/search?query=apple', { token })).status === 200;

const outcome = ({ status, json }: Answer) => `${status} ${json.error ?? 'issued'}`;

/** Makes the last rotation of the token's session older, as if so many seconds had gone by. */
const age = (own: TestEnvironment, accessToken: string, seconds: number) =>
  own.database.query(
    `UPDATE gatehouse.tokens SET superseded_at = superseded_at - make_interval(secs => $2)
      WHERE session_id = (SELECT session_id FROM gatehouse.tokens WHERE jti = $1)`,
    [claimsOf(accessToken).jti, seconds],
  );

describe('POST /token, refresh_token grant', () => {
  it('RFC 6749 §5.1, §6: the login brings a refresh token, which brings a new pair', async () => {
    const first = await login();
    const answer = await refresh(first.refresh_token);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    const second: TokenPair = answer.json;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await alive(second.access_token)).toBe(true);
    expect(await alive(first.access_token)).toBe(true);
    expect(claimsOf(second.access_token).sub).toBe(claimsOf(first.access_token).sub);
    await refreshed(second.refresh_token);
  });

  it('RFC 6749 §10.10: the token is opaque, has 256 bits, and isn’t in the database', async () => {
    const { refresh_token: token } = await login();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const [{ found }] = await service.database.query(
      `SELECT count(*)::int AS found FROM gatehouse.tokens WHERE strpos(tokens::text, $1) > 0 OR strpos(tokens::text, $2) > 0`,
      [token, Buffer.from(token, 'base64url').toString('hex')],
    );
    expect(found).toBe(0);
    expect(service.log.join('\n')).not.toContain(token);
  });

  it('RFC 6749 §5.2: refuses what isn’t a refresh token of this client, and leaves everything as it was', async () => {
    await service.database.query(
      `INSERT INTO gatehouse.clients (client_id, name, confidential, grants) VALUES ('other', 'Other', false, '{refresh_token}') ON CONFLICT DO NOTHING`,
    );
    const { refresh_token: token, access_token: access } = await login();
    expect(outcome(await refresh('x'))).toBe('400 invalid_grant');
    expect(outcome(await refresh(`${token.slice(0, -2)}xx`))).toBe('400 invalid_grant');
    expect(outcome(await refresh(access))).toBe('400 invalid_grant');
    expect(outcome(await refresh(token, { client_id: 'other' }))).toBe('400 invalid_grant');
    expect(outcome(await refresh(token, { scope: 'hr:read' }))).toBe('400 invalid_scope');
    expect(outcome(await refresh(token, { resource: 'http://other.test' }))).toBe('400 invalid_target');
    expect(outcome(await service.ask('/token', { form: { grant_type: 'refresh_token' } }))).toBe('400 invalid_request');
    await refreshed(token);
  });

  it('RFC 6749 §6: a narrower scope is that access token’s alone, and the next one may have the original again', async () => {
    const { refresh_token: token } = await login('frank', 'finance:read finance:invoices:read');
    const narrow = await refreshed(token, { scope: 'finance:read' });
    expect(narrow.scope).toBe('finance:read');
    expect(claimsOf(narrow.access_token)).toMatchObject({ narrowed: true, scope: 'finance:read' });
    const whole = await refreshed(narrow.refresh_token);
    expect(whole.scope.split(' ').toSorted()).toEqual(['finance:invoices:read', 'finance:read']);
    expect(claimsOf(whole.access_token).narrowed).toBe(true);
  });

  it('RFC 6749 §6: a scope beyond the original is refused, although the account holds it', async () => {
    const { refresh_token: token } = await login('frank', 'finance:read');
    expect(outcome(await refresh(token, { scope: 'finance:read finance:invoices:read' }))).toBe('400 invalid_scope');
    await refreshed(token);
  });

  it('a login that wasn’t narrowed can be narrowed at a refresh, for that access token', async () => {
    const { refresh_token: token } = await login();
    const narrow = await refreshed(token, { scope: 'finance:read' });
    expect(claimsOf(narrow.access_token).narrowed).toBe(true);
    expect(claimsOf((await refreshed(narrow.refresh_token)).access_token).narrowed).toBe(false);
  });

  it('a permission of the original scope that was taken away is no error: it is just not in force', async () => {
    const own = await createTestEnvironment();
    const { refresh_token: token } = await login('frank', 'finance:read account:self', own);
    await own.change('DELETE FROM gatehouse.account_groups');
    expect((await refreshed(token, {}, own)).scope).toBe('account:self');
    await own.close();
  });

  it('only a client that may refresh gets one, and keeps the right to', async () => {
    const own = await createTestEnvironment();
    const grants = (value: string) => own.change(`UPDATE gatehouse.clients SET grants = $1`, [value]);
    const { refresh_token: token } = await login('frank', undefined, own);
    await grants('{password}');
    expect(outcome(await refresh(token, {}, own))).toBe('400 unauthorized_client');
    expect(await login('frank', undefined, own)).not.toHaveProperty('refresh_token');
    await grants('{password,refresh_token}');
    await refreshed(token, {}, own);
    await own.close();
  });

  it('a disabled account can’t refresh, and enabling it doesn’t bring the token back', async () => {
    const { refresh_token: token } = await login('maria');
    await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`);
    expect(outcome(await refresh(token))).toBe('400 invalid_grant');
    await service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'maria'`);
    expect(outcome(await refresh(token))).toBe('400 invalid_grant');
  });

  it('says nothing in the change log: nothing died', async () => {
    const latest = () => service.database.query('SELECT max(position) FROM gatehouse.changes');
    const before = await latest();
    await refreshed((await login()).refresh_token);
    expect(await latest()).toEqual(before);
  });
});

describe('lifetimes of refresh tokens', () => {
  const expiry = async (own: TestEnvironment, { access_token: token }: TokenPair) => {
    const [row] = await own.database.query(
      `SELECT extract(epoch FROM tokens.expires_at - tokens.issued_at)::float8 AS refresh,
              extract(epoch FROM sessions.expires_at - sessions.created_at)::float8 AS session
         FROM gatehouse.tokens JOIN gatehouse.sessions ON sessions.id = session_id
        WHERE tokens.kind = 'refresh' AND session_id = (SELECT session_id FROM gatehouse.tokens WHERE jti = $1)
        ORDER BY tokens.generation DESC`,
      [claimsOf(token).jti],
    );
    return row;
  };

  it('14 days for each, 90 from the login, by default', async () => {
    const lifetimes = await expiry(service, await login());
    expect(lifetimes.refresh).toBe(14 * 86_400);
    expect(Math.abs(lifetimes.session - 90 * 86_400)).toBeLessThan(2);
  });

  it('ASVS 7.3.2: the absolute lifetime holds, however often it rotates, and bounds the access tokens too', async () => {
    const own = await createTestEnvironment({ env: { REFRESH_TOKEN_ABSOLUTE_LIFETIME: '1h' } });
    const first = await login('frank', undefined, own);
    const ends = `UPDATE gatehouse.sessions SET expires_at = now() + make_interval(secs => $1)`;
    await own.change(ends, [60]);
    const second = await refreshed(first.refresh_token, {}, own);
    expect(second.expires_in).toBeLessThanOrEqual(60);
    expect((await expiry(own, second)).refresh).toBeLessThanOrEqual(60);
    await own.change(ends, [-1]);
    expect(outcome(await refresh(second.refresh_token, {}, own))).toBe('400 invalid_grant');
    await own.close();
  });

  it('one that wasn’t used for its lifetime is dead', async () => {
    const { refresh_token: token } = await login();
    await service.database.query(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kind = 'refresh'`);
    expect(outcome(await refresh(token))).toBe('400 invalid_grant');
  });
});

describe('a refresh token that comes back', () => {
  it('RFC 9700 §4.14.2: after the leeway it ends its family, access tokens included, and says so in the log', async () => {
    const own = await createTestEnvironment();
    const first = await login('frank', undefined, own);
    const second = await refreshed(first.refresh_token, {}, own);
    await age(own, first.access_token, 11);
    expect(outcome(await refresh(first.refresh_token, {}, own))).toBe('400 invalid_grant');
    expect([await alive(first.access_token, own), await alive(second.access_token, own)]).toEqual([false, false]);
    expect(outcome(await refresh(second.refresh_token, {}, own))).toBe('400 invalid_grant');
    const lines = own.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'refresh token reuse');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      accountId: claimsOf(first.access_token).sub,
      clientId: 'gatehouse',
    });
    await own.close();
  });

  it('another login of the same account isn’t touched', async () => {
    const [first, other] = [await login(), await login()];
    await refreshed(first.refresh_token);
    await age(service, first.access_token, 11);
    await refresh(first.refresh_token);
    expect(await alive(other.access_token)).toBe(true);
    await refreshed(other.refresh_token);
  });

  it('in the hands of another client it ends nothing', async () => {
    const first = await login();
    const second = await refreshed(first.refresh_token);
    await age(service, first.access_token, 11);
    expect(outcome(await refresh(first.refresh_token, { client_id: 'other' }))).toBe('400 invalid_grant');
    expect(await alive(second.access_token)).toBe(true);
  });

  it('within the leeway it gets a fresh pair of the same family', async () => {
    const first = await login();
    const second = await refreshed(first.refresh_token);
    const sibling = await refreshed(first.refresh_token);
    expect(sibling.refresh_token).not.toBe(second.refresh_token);
    expect([await alive(second.access_token), await alive(sibling.access_token)]).toEqual([true, true]);
    await refreshed(sibling.refresh_token);
  });

  it('the first sibling that is used supersedes the others: one of those after the leeway ends the family', async () => {
    const first = await login();
    const second = await refreshed(first.refresh_token);
    const sibling = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    await age(service, first.access_token, 11);
    expect(outcome(await refresh(sibling.refresh_token))).toBe('400 invalid_grant');
    expect(await alive(third.access_token)).toBe(false);
  });

  it('a superseded sibling within the leeway joins the family again, without a lasting fork', async () => {
    const first = await login();
    const second = await refreshed(first.refresh_token);
    const sibling = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    const late = await refreshed(sibling.refresh_token);
    await refreshed(late.refresh_token);
    await age(service, first.access_token, 11);
    expect(outcome(await refresh(third.refresh_token))).toBe('400 invalid_grant');
    expect(await alive(late.access_token)).toBe(false);
  });

  it('the leeway runs from the first use, and coming back doesn’t prolong it', async () => {
    const first = await login();
    await refreshed(first.refresh_token);
    for (let times = 0; times < 3; times++) {
      await age(service, first.access_token, 3);
      await refreshed(first.refresh_token);
    }
    await age(service, first.access_token, 3);
    expect(outcome(await refresh(first.refresh_token))).toBe('400 invalid_grant');
  });

  it('is known as used after a restart', async () => {
    const own = await createTestEnvironment({ env: { REFRESH_REUSE_LEEWAY: '0' } });
    const first = await login('frank', undefined, own);
    const second = await refreshed(first.refresh_token, {}, own);
    const again = await createTestEnvironment({
      databaseUrl: own.settings.databaseUrl!,
      env: { REFRESH_REUSE_LEEWAY: '0' },
    });
    expect(outcome(await refresh(first.refresh_token, {}, again))).toBe('400 invalid_grant');
    expect(await alive(second.access_token, again)).toBe(false);
    await again.close();
    await own.close();
  });
});

describe('the function that rotates', () => {
  it('decides by the same rule as everything else', async () => {
    const [{ prosrc }] = await service.database.query(
      `SELECT prosrc FROM pg_proc WHERE oid = 'gatehouse.rotate_refresh_token'::regproc`,
    );
    expect(prosrc).toContain(ALIVE);
    expect(prosrc).toContain(TOKENS);
  });
});

describe('refreshes that race', () => {
  const many = (token: string, own: TestEnvironment) =>
    Promise.all(Array.from({ length: 50 }, () => refresh(token, {}, own)));

  it('with leeway 0, of 50 at once exactly one succeeds; the others brought a used token, which ends the family', async () => {
    const own = await createTestEnvironment({ env: { REFRESH_REUSE_LEEWAY: '0' } });
    const { refresh_token: token } = await login('frank', undefined, own);
    const answers = await many(token, own);
    const issued = answers.filter(({ status }) => status === 200);
    expect(issued).toHaveLength(1);
    expect(answers.filter((answer) => outcome(answer) === '400 invalid_grant')).toHaveLength(49);
    expect(await alive(issued[0]!.json.access_token, own)).toBe(false);
    await own.close();
  });

  it('with a leeway, all 50 get a pair, no family dies, and any of the pairs goes on', async () => {
    const { refresh_token: token } = await login();
    const answers = await many(token, service);
    expect(answers.map(outcome)).toEqual(Array.from({ length: 50 }, () => '200 issued'));
    for (const { json } of answers.slice(0, 5)) {
      expect(await alive(json.access_token)).toBe(true);
      await refreshed(json.refresh_token);
    }
  });

  it('a revocation at the same time leaves no living child', async () => {
    for (let round = 0; round < 10; round++) {
      const { refresh_token: token, access_token: access } = await login();
      const [first, , second] = await Promise.all([
        refresh(token),
        service.ask('/revoke', { form: { token } }),
        refresh(token),
      ]);
      const children = [first, second].filter(({ status }) => status === 200).map(({ json }) => json);
      for (const child of [access, ...children.map(({ access_token }) => access_token)]) {
        expect(await alive(child)).toBe(false);
      }
      for (const child of children) expect(outcome(await refresh(child.refresh_token))).toBe('400 invalid_grant');
    }
  });

  it('an account that is disabled while its token is being refreshed gets no living child', async () => {
    const { refresh_token: token } = await login('pat');
    // Held between the look at the token and the rotation: the session's row is locked by somebody else.
    const runner = service.database.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT FROM gatehouse.sessions FOR UPDATE`);
    const answer = refresh(token);
    await expect.poll(() => waitingForLocks()).toBeGreaterThan(0);
    await runner.query(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'pat'`);
    await runner.query(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'pat'`);
    await runner.commitTransaction();
    await runner.release();
    expect(outcome(await answer)).toBe('400 invalid_grant');
  });
});

async function waitingForLocks(): Promise<number> {
  const [{ count }] = await service.database.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return count;
}

describe('on the embedded database', () => {
  it('rotates, ends and sweeps as on PostgreSQL', { timeout: 60_000 }, async () => {
    const { dataDir, remove } = await createEmbeddedFolder();
    const own = await createTestEnvironment({
      env: { DATABASE_URL: '', DATA_DIR: dataDir, REFRESH_REUSE_LEEWAY: '0' },
    });
    const first = await login('frank', undefined, own);
    const second = await refreshed(first.refresh_token, {}, own);
    expect(await alive(second.access_token, own)).toBe(true);
    expect(outcome(await refresh(first.refresh_token, {}, own))).toBe('400 invalid_grant');
    expect(await alive(second.access_token, own)).toBe(false);

    const raced = await login('frank', undefined, own);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(raced.refresh_token, {}, own)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);

    const [kept, other] = [await login('frank', undefined, own), await login('frank', undefined, own)];
    const ended = await own.ask('/users/me/sessions', { method: 'DELETE', token: kept.access_token });
    expect(ended.status).toBe(204);
    expect([await alive(kept.access_token, own), await alive(other.access_token, own)]).toEqual([true, false]);
    expect((await own.ask('/revoke', { form: { token: kept.refresh_token } })).status).toBe(200);
    expect(await alive(kept.access_token, own)).toBe(false);

    await own.database.query('UPDATE gatehouse.tokens SET expires_at = now()');
    expect(await own.app.get(Sweeper, { strict: false }).sweep()).toBeGreaterThan(5);
    await own.close();
    await remove();
  });
});
