import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LastUse } from '../src/server/tokens/last-use.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let admin: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
});
afterAll(() => service.close());

const NO_ID = '00000000-0000-4000-8000-000000000000';
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

let made = 0;
const robot = (over: object = {}) => ({ username: `robot-${++made}`, groups: ['finance'], ...over });
const make = async (over: object = {}, token = admin): Promise<string> => {
  const { status, json, text } = await service.ask('/service-accounts', { token, json: robot(over) });
  expect(status, text).toBe(201);
  return json.id;
};
const patch = (id: string, json: object, token = admin) =>
  service.ask(`/service-accounts/${id}`, { method: 'PATCH', token, json });
const askSecret = (id: string, token = admin, query = '') =>
  service.ask(`/service-accounts/${id}/secret${query}`, { method: 'POST', token });
const askToken = (id: string, json: object = { name: 'a token' }, token = admin) =>
  service.ask(`/service-accounts/${id}/tokens`, { token, json });
const makeToken = async (id: string, json?: object): Promise<string> => (await askToken(id, json)).json.token;
const credentials = async (id: string) => (await askSecret(id)).json as { clientId: string; clientSecret: string };
const asClient = (
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  over: Record<string, string> = {},
) =>
  service.ask('/token', {
    form: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...over },
  });
const reach = async (token: string, path = '/finance') => (await service.ask(path, { token })).status;

describe('/service-accounts', () => {
  it('makes an account with groups and roles like a person’s, and no password', async () => {
    const { status, headers, json } = await service.ask('/service-accounts', {
      token: admin,
      json: { username: 'backup', name: 'Nightly', description: 'Copies', groups: ['Finance'], roles: ['hr'] },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/service-accounts/${json.id}`);
    expect(json).toMatchObject({
      kind: 'service',
      username: 'backup',
      email: null,
      name: 'Nightly',
      description: 'Copies',
      isActive: true,
      source: 'local',
      groups: ['finance'],
      roles: ['hr'],
      lastLoginAt: null,
    });
    expect(json.permissions).toEqual(expect.arrayContaining(['account:self', 'finance:read', 'hr:read']));
    expect(JSON.stringify(json)).not.toMatch(/hash|password|epoch/i);
    expect((await service.ask(`/service-accounts/${json.id}`, { token: admin })).json).toEqual(json);
    for (const password of ['', 'null', 'x']) {
      expect((await service.ask('/token', { form: { username: 'backup', password } })).status).toBe(400);
    }
  });

  it('of 20 parallel accounts of one name lets one be made, whatever the spelling', async () => {
    const spellings = ['Twin', 'twin', 'ｔｗｉｎ', 'TWIN'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        service.ask('/service-accounts', { token: admin, json: { username: spellings[index % 4] } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    // Nor a person's.
    expect((await service.ask('/service-accounts', { token: admin, json: { username: 'FRANK' } })).status).toBe(409);
  });

  it('refuses what it doesn’t understand, and groups and roles that there aren’t by their names', async () => {
    const wrong: [object, number][] = [
      [{ username: undefined }, 400],
      [{ username: 'a@b' }, 400],
      [{ username: 'a＠b' }, 400],
      [{ username: 'in\u200bvisible' }, 400],
      [{ username: 'nul\u0000' }, 400],
      [{ username: ' padded ' }, 400],
      [{ username: NO_ID }, 400],
      [{ name: null }, 400],
      [{ groups: 'finance' }, 400],
      [{ groups: null }, 400],
      [{ roles: [1] }, 400],
      [{ groups: ['finance', 'nobodies'] }, 422],
      [{ roles: ['no-role'] }, 422],
      [{ kind: 'user' }, 400],
      [{ password: 'secret' }, 400],
      [{ isActive: true }, 400],
      [{ permissions: ['*'] }, 400],
    ];
    for (const [over, status] of wrong) {
      const answer = await service.ask('/service-accounts', { token: admin, json: robot(over) });
      expect(answer.status, JSON.stringify(over)).toBe(status);
    }
    const { json } = await service.ask('/service-accounts', { token: admin, json: robot({ groups: ['nobodies'] }) });
    expect(json.detail).toContain('nobodies');
    const id = await make();
    for (const over of [{ kind: 'user' }, { passwordHash: 'x' }, { epoch: 0 }, { username: null }]) {
      expect((await patch(id, over)).status, JSON.stringify(over)).toBe(400);
    }
  });

  it('replaces the fields that are named, and no others', async () => {
    const id = await make({ name: 'Former' });
    expect((await patch(id, { groups: ['hr'], roles: ['finance'] })).json).toMatchObject({
      name: 'Former',
      groups: ['hr'],
      roles: ['finance'],
    });
    expect((await patch(id, { groups: [], roles: [] })).json.permissions).toEqual(['account:self']);
    expect((await patch(id, { name: '', description: 'New' })).json).toMatchObject({ name: '', description: 'New' });
    expect((await patch(id, { username: 'backup' })).status).toBe(409);
    expect((await patch(id, {})).status).toBe(200);
  });

  it('lists service accounts only, in pages', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const { json } = await service.ask(`/service-accounts?limit=3&sort=-username${cursor}`, { token: admin });
      for (const account of json.items) {
        expect(account.kind).toBe('service');
        expect(account).not.toHaveProperty('permissions');
        names.push(account.username);
      }
      cursor = json.nextCursor && `&cursor=${json.nextCursor}`;
    } while (cursor);
    const all = await service.database.query(`SELECT username FROM gatehouse.accounts WHERE kind = 'service'`);
    expect(new Set(names).size).toBe(all.length);
    expect(names.length).toBe(all.length);
    const { json } = await service.ask('/service-accounts?q=BACKUP', { token: admin });
    expect(json.items.map(({ username }: { username: string }) => username)).toEqual(['backup']);
  });

  it('answers 404 for a person’s id, and for one that there isn’t', async () => {
    const [{ id: person }] = await service.database.query(`SELECT id FROM gatehouse.accounts WHERE username = 'frank'`);
    for (const id of [person, NO_ID]) {
      const answers = [
        await service.ask(`/service-accounts/${id}`, { token: admin }),
        await patch(id, { isActive: false }),
        await service.ask(`/service-accounts/${id}`, { method: 'DELETE', token: admin }),
        await askSecret(id),
        await askToken(id),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    }
    expect((await service.ask('/service-accounts/1', { token: admin })).status).toBe(400);
  });
});

describe('client_credentials', () => {
  it('RFC 6749 §4.4.3: gives the account’s token, and no refresh token', async () => {
    const id = await make();
    const { clientId, clientSecret } = await credentials(id);
    const { status, headers, json } = await asClient({ clientId, clientSecret });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    expect(json).not.toHaveProperty('refresh_token');
    expect(claimsOf(json.access_token)).toMatchObject({
      sub: id,
      client_id: clientId,
      aud: 'http://gatehouse.test',
      groups: ['finance'],
      narrowed: false,
    });
    expect(await reach(json.access_token)).toBe(200);
    expect(await reach(json.access_token, '/hr')).toBe(403);
    const [row] = await service.database.query('SELECT * FROM gatehouse.tokens WHERE jti = $1', [
      claimsOf(json.access_token).jti,
    ]);
    expect(row).toMatchObject({ kind: 'access', session_id: null, client_id: clientId });
  });

  it('RFC 6749 §3.3: narrows to the scope asked for, and refuses one that isn’t held', async () => {
    const client = await credentials(await make());
    const { json } = await asClient(client, { scope: 'finance:read' });
    expect(claimsOf(json.access_token)).toMatchObject({ scope: 'finance:read', narrowed: true });
    expect((await asClient(client, { scope: 'hr:read' })).json.error).toBe('invalid_scope');
  });

  it('RFC 6749 §4.4: is for confidential clients of a service account', async () => {
    const anonymous = await service.ask('/token', { form: { grant_type: 'client_credentials' } });
    expect([anonymous.status, anonymous.json.error]).toEqual([400, 'unauthorized_client']);
    const { json } = await service.ask('/clients', {
      token: admin,
      json: { name: 'Of nobody', confidential: true, grants: ['client_credentials'], scopes: null },
    });
    const nobodys = await asClient(json);
    expect([nobodys.status, nobodys.json.error]).toEqual([400, 'unauthorized_client']);
    const { clientId } = await credentials(await make());
    expect((await asClient({ clientId, clientSecret: 'wrong' })).status).toBe(401);
  });

  it('renews the secret of the account’s one client, with an overlap', async () => {
    const id = await make();
    const first = await credentials(id);
    const second = (await askSecret(id, admin, '?overlap=1h')).json;
    expect(second.clientId).toBe(first.clientId);
    expect([(await asClient(first)).status, (await asClient(second)).status]).toEqual([200, 200]);
    const third = await credentials(id);
    expect([(await asClient(second)).status, (await asClient(third)).status]).toEqual([401, 200]);
    const all = await Promise.all(Array.from({ length: 5 }, () => credentials(id)));
    expect(new Set(all.map(({ clientId }) => clientId)).size).toBe(1);
    expect((await service.ask(`/clients/${first.clientId}`, { token: admin })).json).toMatchObject({
      serviceAccountId: id,
      grants: ['client_credentials'],
    });
  });
});

describe('long-lived tokens', () => {
  it('are named, shown once, and live as long as the setting says, or shorter', async () => {
    const id = await make();
    const before = Date.now();
    const { status, headers, json } = await askToken(id, { name: 'Backup server' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/tokens/${json.jti}`);
    expect(headers.get('cache-control')).toBe('no-store');
    const claims = claimsOf(json.token);
    expect(claims).toMatchObject({ sub: id, jti: json.jti, aud: 'http://gatehouse.test' });
    expect(claims.exp - claims.iat).toBe(900 * 86_400);
    expect(Date.parse(json.expiresAt)).toBe(claims.exp * 1_000);
    expect(claims.iat * 1_000).toBeGreaterThan(before - 1_001);
    const [row] = await service.database.query('SELECT * FROM gatehouse.tokens WHERE jti = $1', [json.jti]);
    expect(row).toMatchObject({ kind: 'service', name: 'Backup server', session_id: null, account_id: id });
    expect(await reach(json.token)).toBe(200);
    expect(service.log.join('\n')).not.toContain(json.token);

    const short = claimsOf(await makeToken(id, { name: 'short', expiresIn: 60 }));
    expect(short.exp - short.iat).toBe(60);
  });

  it('are narrowed where asked for', async () => {
    const token = await makeToken(await make(), { name: 'n', scope: 'finance:read' });
    expect(claimsOf(token)).toMatchObject({ scope: 'finance:read', narrowed: true });
    expect([await reach(token), await reach(token, '/finance/invoices')]).toEqual([200, 403]);
  });

  it('refuse what they can’t be', async () => {
    const id = await make();
    for (const [json, status, field] of [
      [{}, 400, 'name'],
      [{ name: '' }, 400, 'name'],
      [{ name: 'n', expiresIn: 0 }, 400, 'expiresIn'],
      [{ name: 'n', expiresIn: '60' }, 400, 'expiresIn'],
      [{ name: 'n', expiresIn: 900 * 86_400 + 1 }, 422, 'expiresIn'],
      [{ name: 'n', scope: 'hr:read' }, 422, 'scope'],
      [{ name: 'n', scope: ['finance:read'] }, 400, 'scope'],
      [{ name: 'n', kind: 'access' }, 400, 'kind'],
    ] as const) {
      const answer = await askToken(id, json);
      expect([answer.status, answer.json.errors?.[0].path], JSON.stringify(json)).toEqual([status, field]);
    }
  });

  it('follow the account: what it is given and loses counts at once', async () => {
    const id = await make();
    const token = await makeToken(id);
    await patch(id, { groups: ['hr'] });
    expect([await reach(token), await reach(token, '/hr')]).toEqual([403, 200]);
  });
});

describe('what dies with a service account', () => {
  const withTokens = async () => {
    const id = await make();
    const client = await credentials(id);
    const tokens = [await makeToken(id), (await asClient(client)).json.access_token];
    expect(await Promise.all(tokens.map((token) => reach(token)))).toEqual([200, 200]);
    const statuses = () => Promise.all(tokens.map((token) => reach(token)));
    return { id, client, statuses };
  };

  it('all its tokens and its client, when it is switched off; switching it on brings back no token', async () => {
    const { id, client, statuses } = await withTokens();
    expect((await patch(id, { isActive: false })).json.isActive).toBe(false);
    expect(await statuses()).toEqual([401, 401]);
    expect((await asClient(client)).status).toBe(401);
    expect([(await askToken(id)).status, (await askSecret(id)).status]).toEqual([409, 409]);
    await patch(id, { isActive: true });
    expect(await statuses()).toEqual([401, 401]);
    expect((await asClient(client)).status).toBe(200);
  });

  it('all its tokens, when its client is switched off; and none can be made', async () => {
    const { id, client, statuses } = await withTokens();
    await service.ask(`/clients/${client.clientId}`, { method: 'PATCH', token: admin, json: { isActive: false } });
    expect(await statuses()).toEqual([401, 401]);
    expect((await asClient(client)).status).toBe(401);
    expect([(await askToken(id)).status, (await askSecret(id)).status]).toEqual([409, 409]);
  });

  it('everything, when it is deleted; one of the same name inherits nothing', async () => {
    const { id, client, statuses } = await withTokens();
    const { json } = await service.ask(`/service-accounts/${id}`, { token: admin });
    expect((await service.ask(`/service-accounts/${id}`, { method: 'DELETE', token: admin })).status).toBe(204);
    expect(await statuses()).toEqual([401, 401]);
    expect((await asClient(client)).status).toBe(401);
    expect((await service.ask(`/clients/${client.clientId}`, { token: admin })).status).toBe(404);
    await make({ username: json.username });
    expect(await statuses()).toEqual([401, 401]);
  });
});

describe('the rights of the actor', () => {
  let pat: string;
  beforeAll(async () => {
    await giveRole(service, 'pat', 'robot-keeper', ['service-accounts:*', 'finance:read', 'clients:*']);
    await giveRole(service, 'maria', 'reader-of-finance', ['finance:read']);
    pat = await service.login('pat');
  });

  it('nobody gives a group or a role that holds what they may not', async () => {
    const narrowed = await service.login('admin', 'service-accounts:write');
    for (const token of [pat, narrowed]) {
      for (const over of [{ groups: ['administrators'] }, { roles: ['administrator'] }, { groups: ['finance'] }]) {
        const { status, json } = await service.ask('/service-accounts', { token, json: robot(over) });
        expect(status, JSON.stringify(over)).toBe(403);
        expect(json.detail).toMatch(/\*|finance/);
      }
      const id = await make({ groups: [] }, token);
      expect((await patch(id, { groups: ['administrators'] }, token)).status).toBe(403);
      expect((await patch(id, { roles: ['administrator'] }, token)).status).toBe(403);
      expect((await service.ask(`/service-accounts/${id}`, { token: admin })).json.permissions).toEqual([
        'account:self',
      ]);
    }
    await make({ groups: [], roles: ['reader-of-finance'] }, pat);
  });

  it('nobody gets credentials of an account that may do more than they may', async () => {
    const id = await make({ groups: ['administrators'] });
    const { clientId } = await credentials(id);
    const narrowed = await service.login('admin', 'service-accounts:write clients:write');
    for (const token of [pat, narrowed]) {
      expect((await askToken(id, { name: 'n' }, token)).status).toBe(403);
      expect((await askSecret(id, token)).status).toBe(403);
      // Nor by the way of its client.
      expect((await service.ask(`/clients/${clientId}/secret`, { method: 'POST', token })).status).toBe(409);
      const asClientKeeper = (json: object) => service.ask(`/clients/${clientId}`, { method: 'PATCH', token, json });
      expect((await asClientKeeper({ grants: ['password'] })).status).toBe(403);
      expect((await asClientKeeper({ audience: 'https://evil.example' })).status).toBe(403);
      expect((await service.ask(`/clients/${clientId}`, { method: 'DELETE', token })).status).toBe(403);
      // Nor does anybody rename it, switch it off, or delete it.
      expect((await patch(id, { name: 'Mine' }, token)).status).toBe(403);
      expect((await patch(id, { isActive: false }, token)).status).toBe(403);
      expect((await service.ask(`/service-accounts/${id}`, { method: 'DELETE', token })).status).toBe(403);
    }
    const small = await make({ groups: [], roles: ['reader-of-finance'] });
    expect((await askToken(small, { name: 'n' }, pat)).status).toBe(201);
    expect((await askSecret(small, pat)).status).toBe(200);
  });

  it('nobody takes from an account that may do more than they may', async () => {
    const id = await make({ groups: ['administrators', 'finance'] });
    expect((await patch(id, { groups: ['finance'] }, pat)).status).toBe(403);
    expect((await patch(id, { groups: ['finance'] })).status).toBe(200);
    expect((await patch(id, { groups: ['finance', 'administrators'] }, pat)).status).toBe(403);
  });

  it('a token that was taken from the actor while the request waited gives nothing', async () => {
    const token = await service.login('pat');
    const runner = service.database.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT FROM gatehouse.rbac FOR UPDATE');
    const waiting = service.ask('/service-accounts', {
      token,
      json: robot({ groups: [], roles: ['reader-of-finance'] }),
    });
    await expect
      .poll(async () => {
        const [{ waits }] = await service.database.query(
          `SELECT count(*)::int AS waits FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE NOT granted AND datname = current_database()`,
        );
        return waits;
      })
      .toBeGreaterThan(0);
    await runner.query(
      `DELETE FROM gatehouse.role_permissions USING gatehouse.roles
        WHERE roles.id = role_id AND roles.name = 'robot-keeper' AND pattern = 'finance:read'`,
    );
    await runner.commitTransaction();
    await runner.release();
    expect((await waiting).status).toBe(403);
  });

  it('reading takes service-accounts:read, and writing service-accounts:write', async () => {
    const reader = await service.login('admin', 'service-accounts:read');
    expect((await service.ask('/service-accounts', { token: reader })).status).toBe(200);
    expect((await service.ask('/service-accounts', { token: reader, json: robot() })).status).toBe(403);
    expect((await service.ask('/service-accounts', { token: await service.login('frank') })).status).toBe(403);
  });
});

describe('the last use of a service token', () => {
  it('is written later, for service tokens only, and is no news', async () => {
    const id = await make();
    const used = await askToken(id);
    const idle = await askToken(id);
    const access = (await asClient(await credentials(id))).json.access_token;
    const lastUse = service.app.get(LastUse, { strict: false });
    await lastUse.write();
    const lastUsed = async (jti: string): Promise<Date | null> =>
      (await service.database.query('SELECT last_used_at FROM gatehouse.tokens WHERE jti = $1', [jti]))[0].last_used_at;
    const newest = async () =>
      (await service.database.query('SELECT max(position) AS newest FROM gatehouse.changes'))[0].newest;
    const before = await newest();

    const start = Date.now();
    for (let request = 0; request < 3; request++) await reach(used.json.token);
    await reach(access);
    expect(await lastUsed(used.json.jti)).toBeNull();
    await lastUse.write();
    expect((await lastUsed(used.json.jti))!.getTime()).toBeGreaterThanOrEqual(start);
    expect(await lastUsed(idle.json.jti)).toBeNull();
    expect(await lastUsed(claimsOf(access).jti)).toBeNull();
    expect(await newest()).toBe(before);
  });

  it('is written at shutdown too', async () => {
    const other = await createTestEnvironment({ databaseUrl: service.settings.databaseUrl! });
    const { json } = await askToken(await make());
    expect((await other.ask('/finance', { token: json.token })).status).toBe(200);
    await other.close();
    const [row] = await service.database.query('SELECT last_used_at FROM gatehouse.tokens WHERE jti = $1', [json.jti]);
    expect(row.last_used_at).toBeInstanceOf(Date);
  });
});
