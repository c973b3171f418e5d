import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { claimsOf, pairFor, type TokenPair } from './support/oauth.js';

let service: TestEnvironment;
let admin: string;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service.close());
beforeEach(async () => {
  admin = await service.login('admin');
});

const alive = async (token: string) => (await service.ask('/search?query=apple', { token })).status === 200;
const refreshes = async ({ refresh_token }: TokenPair) =>
  (await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token } })).status === 200;
const idOf = ({ access_token }: Pick<TokenPair, 'access_token'>): string => claimsOf(access_token).sub;
const list = async (query: string, token = admin) => (await service.ask(`/tokens?${query}`, { token })).json;
const end = (path: string, token: string) => service.ask(path, { method: 'DELETE', token });

describe('GET /tokens', () => {
  it('lists what was issued to an account, and nothing from which a token could be made', async () => {
    const pair = await pairFor(service, 'frank');
    const { items } = await list(`account=${idOf(pair)}&alive=true`);
    const { jti } = claimsOf(pair.access_token);
    const access = items.find((one: { jti: string }) => one.jti === jti);
    expect(access).toEqual({
      jti,
      kind: 'access',
      accountId: idOf(pair),
      username: 'frank',
      clientId: 'gatehouse',
      name: null,
      issuedAt: new Date(claimsOf(pair.access_token).iat * 1_000).toISOString(),
      expiresAt: new Date(claimsOf(pair.access_token).exp * 1_000).toISOString(),
      lastUsedAt: null,
      revokedAt: null,
      address: '127.0.0.1',
      agent: 'node',
      alive: true,
    });
    const listed = JSON.stringify(items);
    expect(listed).not.toContain(pair.refresh_token);
    expect(listed).not.toMatch(/hash/);
  });

  it('filters by account, client, kind and life', async () => {
    const pair = await pairFor(service, 'maria');
    const account = `account=${idOf(pair)}`;
    const kinds = async (query: string) =>
      (await list(`${account}&${query}`)).items.map(({ kind }: { kind: string }) => kind).toSorted();
    expect(await kinds('')).toEqual(['access', 'refresh']);
    expect(await kinds('kind=refresh')).toEqual(['refresh']);
    expect(await kinds('client=gatehouse')).toEqual(['access', 'refresh']);
    expect(await kinds('client=other')).toEqual([]);
    expect(await kinds('alive=false')).toEqual([]);
    await service.ask('/revoke', { form: { token: pair.access_token } });
    expect([await kinds('alive=true'), await kinds('alive=false')]).toEqual([['refresh'], ['access']]);
    // A used refresh token isn't alive, and its successor is.
    expect(await refreshes(pair)).toBe(true);
    expect(await kinds('alive=true')).toEqual(['access', 'refresh']);
    await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`);
    expect(await kinds('alive=true')).toEqual([]);
    await service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'maria'`);
    expect(await kinds('alive=true')).toEqual([]);
  });

  it('in pages that neither repeat nor hide, newest first', async () => {
    const pairs: TokenPair[] = [];
    for (let times = 0; times < 4; times++) pairs.push(await pairFor(service, 'heidi'));
    const seen: { jti: string; issuedAt: string }[] = [];
    let cursor: string | null = '';
    do {
      const page: { items: { jti: string; issuedAt: string }[]; nextCursor: string | null } = await list(
        `account=${idOf(pairs[0]!)}&limit=3${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(8);
    expect(new Set(seen.map(({ jti }) => jti)).size).toBe(8);
    expect(seen.map(({ issuedAt }) => issuedAt)).toEqual(
      seen
        .map(({ issuedAt }) => issuedAt)
        .toSorted()
        .toReversed(),
    );
  });

  it('refuses filters and orders that there aren’t', async () => {
    for (const query of [
      'sort=jti',
      'account=x',
      'kind=other',
      'alive=maybe',
      'limit=0',
      'limit=201',
      'cursor=x',
      'x=y',
    ]) {
      expect((await service.ask(`/tokens?${query}`, { token: admin })).status, query).toBe(400);
    }
  });

  it('takes tokens:read', async () => {
    expect((await service.ask('/tokens', { token: await service.login('frank') })).status).toBe(403);
    expect((await service.ask('/tokens', { token: await service.login('admin', 'tokens:read') })).status).toBe(200);
  });
});

describe('DELETE /tokens/{jti}', () => {
  it('ends an access token alone', async () => {
    const pair = await pairFor(service, 'frank');
    const { jti } = claimsOf(pair.access_token);
    expect((await end(`/tokens/${jti}`, admin)).status).toBe(204);
    expect([await alive(pair.access_token), await refreshes(pair)]).toEqual([false, true]);
    expect((await end(`/tokens/${jti}`, admin)).status).toBe(204);
    expect((await list(`account=${idOf(pair)}&kind=access&alive=false`)).items[0].revokedAt).not.toBeNull();
  });

  it('ends a refresh token with its family', async () => {
    const pair = await pairFor(service, 'frank');
    const [{ jti }] = await service.database.query(
      `SELECT jti FROM gatehouse.tokens WHERE kind = 'refresh'
          AND session_id = (SELECT session_id FROM gatehouse.tokens WHERE jti = $1)`,
      [claimsOf(pair.access_token).jti],
    );
    expect((await end(`/tokens/${jti}`, admin)).status).toBe(204);
    expect([await alive(pair.access_token), await refreshes(pair)]).toEqual([false, false]);
  });

  it('is open to whoever is on duty, also for a token of somebody mightier (decision 17)', async () => {
    const pair = await pairFor(service, 'admin');
    const onDuty = await service.login('admin', 'tokens:revoke users:write');
    expect((await end(`/tokens/${claimsOf(pair.access_token).jti}`, onDuty)).status).toBe(204);
    expect(await alive(pair.access_token)).toBe(false);
    // All logins of somebody at once are another matter.
    expect((await end(`/users/${idOf(pair)}/sessions`, onDuty)).status).toBe(403);
  });

  it('404 for none, 400 for no id, 403 without tokens:revoke', async () => {
    const none = '/tokens/00000000-0000-4000-8000-000000000000';
    expect((await end(none, admin)).status).toBe(404);
    expect((await end('/tokens/x', admin)).status).toBe(400);
    expect((await end(none, await service.login('admin', 'tokens:read'))).status).toBe(403);
  });
});

describe('one’s own logins', () => {
  const sessionsOf = async (token: string) => (await service.ask('/users/me/sessions', { token })).json.items;

  it('are listed, the present one marked, those that can’t be used any more left out', async () => {
    const [first, second] = [await pairFor(service, 'pat'), await pairFor(service, 'pat')];
    const sessions = await sessionsOf(second.access_token);
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      clientId: 'gatehouse',
      address: '127.0.0.1',
      agent: 'node',
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      current: true,
    });
    expect(sessions[1].current).toBe(false);
    await service.ask('/revoke', { form: { token: first.refresh_token } });
    expect(await sessionsOf(second.access_token)).toHaveLength(1);
  });

  it('can be ended one by one, the present one too', async () => {
    const [first, second] = [await pairFor(service, 'frank'), await pairFor(service, 'frank')];
    const own = (await sessionsOf(first.access_token)).find(({ current }: { current: boolean }) => current);
    expect((await end(`/users/me/sessions/${own.id}`, second.access_token)).status).toBe(204);
    expect([await alive(first.access_token), await refreshes(first), await alive(second.access_token)]).toEqual([
      false,
      false,
      true,
    ]);
    const present = (await sessionsOf(second.access_token)).find(({ current }: { current: boolean }) => current);
    expect((await end(`/users/me/sessions/${present.id}`, second.access_token)).status).toBe(204);
    expect(await alive(second.access_token)).toBe(false);
  });

  it('are one’s own: somebody else’s is not found', async () => {
    const frank = await pairFor(service, 'frank');
    const [session] = await sessionsOf(frank.access_token);
    expect((await end(`/users/me/sessions/${session.id}`, await service.login('pat'))).status).toBe(404);
    expect((await end(`/users/me/sessions/${session.id}`, admin)).status).toBe(404);
    expect((await end('/users/me/sessions/x', admin)).status).toBe(400);
    expect(await alive(frank.access_token)).toBe(true);
  });

  it('all others are ended at once, and the present one goes on', async () => {
    const pairs = await Promise.all(Array.from({ length: 5 }, () => pairFor(service, 'frank')));
    const kept = pairs[2]!;
    expect((await end('/users/me/sessions', kept.access_token)).status).toBe(204);
    for (const pair of pairs) {
      expect(await alive(pair.access_token)).toBe(pair === kept);
      expect(await refreshes(pair)).toBe(pair === kept);
    }
    expect(await sessionsOf(kept.access_token)).toHaveLength(1);
    await pairFor(service, 'frank');
  });

  it('of two that end each other at once, one at most survives, and no third', async () => {
    for (let round = 0; round < 10; round++) {
      const [one, two, third] = [
        await pairFor(service, 'frank'),
        await pairFor(service, 'frank'),
        await pairFor(service, 'frank'),
      ];
      await Promise.all([one, two].map(({ access_token: token }) => end('/users/me/sessions', token)));
      const left = [await alive(one.access_token), await alive(two.access_token), await alive(third.access_token)];
      expect(left[2]).toBe(false);
      expect(left.filter(Boolean)).toHaveLength(1);
    }
  });

  it('a login that is under way when the others are ended is one of them', async () => {
    const kept = await pairFor(service, 'frank');
    const { PasswordHasher } = await import('../src/server/users/password-hasher.js');
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const verify = hasher.verify.bind(hasher);
    hasher.verify = async (...given) => {
      hasher.verify = verify;
      expect((await end('/users/me/sessions', kept.access_token)).status).toBe(204);
      return verify(...given);
    };
    const form = { username: 'frank', password: service.passwords.get('frank')! };
    expect((await service.ask('/token', { form })).status).toBe(400);
    expect(await alive(kept.access_token)).toBe(true);
  });

  it('reading takes a login, ending takes account:self', async () => {
    const narrow = await service.login('frank', 'finance:read');
    expect((await service.ask('/users/me/sessions', { token: narrow })).status).toBe(200);
    const [session] = await sessionsOf(narrow);
    for (const path of ['/users/me/sessions', `/users/me/sessions/${session.id}`]) {
      const { status, headers } = await end(path, narrow);
      expect([status, headers.get('www-authenticate')]).toEqual([
        403,
        'Bearer error="insufficient_scope", scope="account:self"',
      ]);
    }
    expect((await end('/users/me/sessions', await service.login('frank', 'account:self'))).status).toBe(204);
  });
});

describe('DELETE /users/{id}/sessions', () => {
  it('ends all logins of somebody', async () => {
    const pairs = [await pairFor(service, 'frank'), await pairFor(service, 'frank')];
    expect((await end(`/users/${idOf(pairs[0]!)}/sessions`, admin)).status).toBe(204);
    for (const pair of pairs) expect([await alive(pair.access_token), await refreshes(pair)]).toEqual([false, false]);
    await pairFor(service, 'frank');
  });

  it('ASVS 8.2.1: nobody ends the logins of an account that holds what isn’t in force for them', async () => {
    const token = await service.login('admin', 'users:write');
    const frank = await pairFor(service, 'frank');
    expect((await end(`/users/${claimsOf(admin).sub}/sessions`, token)).status).toBe(403);
    expect((await end(`/users/${idOf(frank)}/sessions`, token)).status).toBe(403);
    expect([await alive(admin), await alive(frank.access_token)]).toEqual([true, true]);
    const pat = await pairFor(service, 'pat');
    expect((await end(`/users/${idOf(pat)}/sessions`, token)).status).toBe(204);
    expect(await alive(pat.access_token)).toBe(false);
  });

  it('404 for nobody and for a service account, 400 for no id, 403 without users:write', async () => {
    const [robot] = await service.database.query(
      `INSERT INTO gatehouse.accounts (kind, username, username_key) VALUES ('service', 'robot', 'robot') RETURNING id`,
    );
    expect((await end('/users/00000000-0000-4000-8000-000000000000/sessions', admin)).status).toBe(404);
    expect((await end(`/users/${robot.id}/sessions`, admin)).status).toBe(404);
    expect((await end('/users/x/sessions', admin)).status).toBe(400);
    expect((await end(`/users/${robot.id}/sessions`, await service.login('frank'))).status).toBe(403);
  });
});
