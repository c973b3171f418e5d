import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let admin: string;
let frank: { username: string; password: string };

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  frank = { username: 'frank', password: service.passwords.get('frank')! };
});
afterAll(() => service.close());

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

let made = 0;
const shop = (over: object = {}) => ({
  clientId: `shop-${++made}`,
  name: 'The shop',
  confidential: true,
  grants: ['password'],
  scopes: null,
  ...over,
});
const register = async (over: object = {}, token = admin) => {
  const { status, json, text } = await service.ask('/clients', { token, json: shop(over) });
  expect(status, text).toBe(201);
  return json as { clientId: string; clientSecret: string };
};
const patch = (clientId: string, json: object, token = admin) =>
  service.ask(`/clients/${clientId}`, { method: 'PATCH', token, json });
const logIn = (clientId: string, secret: string, over: Record<string, string> = {}) =>
  service.ask('/token', { form: { ...frank, client_id: clientId, client_secret: secret, ...over } });
const reach = async (token: string) => (await service.ask('/finance', { token })).status;

describe('/clients', () => {
  it('registers a confidential client, and shows its secret this once', async () => {
    const { status, headers, json } = await service.ask('/clients', {
      token: admin,
      json: shop({
        clientId: 'first-shop',
        scopes: ['finance:*'],
        audience: 'https://shop.example',
        permissionPrefixes: ['shop'],
        redirectUris: ['https://shop.example/callback', 'http://127.0.0.1:3000/callback'],
        resources: ['https://stock.example'],
      }),
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/clients/first-shop');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toMatchObject({ clientId: 'first-shop', isActive: true, builtIn: false, scopes: ['finance:*'] });
    expect(json.clientSecret).toMatch(/^[\w-]{43}$/);
    const read = await service.ask('/clients/first-shop', { token: admin });
    expect(read.json).toMatchObject({ audience: 'https://shop.example', resources: ['https://stock.example'] });
    expect(read.json).not.toHaveProperty('clientSecret');
    const rows = await service.database.query(`SELECT * FROM gatehouse.client_secrets`);
    expect(JSON.stringify(rows)).not.toContain(json.clientSecret);
    expect(service.log.join('\n')).not.toContain(json.clientSecret);
  });

  it('registers a public client without a secret, under an id that it makes', async () => {
    const { status, json } = await service.ask('/clients', {
      token: admin,
      json: shop({ clientId: undefined, confidential: false }),
    });
    expect([status, json.clientSecret]).toEqual([201, undefined]);
    expect((await service.ask('/token', { form: { ...frank, client_id: json.clientId } })).status).toBe(200);
  });

  it('of 20 parallel registrations of one id lets one succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        service.ask('/clients', { token: admin, json: shop({ clientId: index % 2 ? 'twin' : 'TWIN' }) }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(19);
    for (const { json } of refused) expect(json.errors[0].path).toBe('clientId');
  });

  it('refuses what it doesn’t understand, and names the field', async () => {
    const wrong: [object, number][] = [
      [{ clientId: 'ab' }, 400],
      [{ clientId: '-abc' }, 400],
      [{ clientId: 'a/b/c' }, 400],
      [{ clientId: '6f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11' }, 400],
      [{ clientId: null }, 400],
      [{ name: '' }, 400],
      [{ name: 'a\u0000b' }, 400],
      [{ confidential: 'true' }, 400],
      [{ grants: 'password' }, 400],
      [{ grants: undefined }, 400],
      [{ grants: ['implicit'] }, 422],
      [{ grants: ['client_credentials'], confidential: false }, 422],
      [{ scopes: undefined }, 400],
      [{ scopes: ['Finance'] }, 400],
      [{ scopes: ['finance:read', 'finance:read'] }, 400],
      [{ scopes: ['no:such'] }, 422],
      [{ audience: 'shop' }, 400],
      [{ audience: 'https://shop.example/#a' }, 400],
      [{ audience: 'http://gatehouse.test' }, 422],
      [{ audience: 'http://gatehouse.test/' }, 422],
      [{ resources: ['not a uri'] }, 400],
      [{ permissionPrefixes: ['Shop'] }, 400],
      [{ redirectUris: ['http://shop.example/'] }, 400],
      [{ redirectUris: ['https://*.example/'] }, 400],
      [{ redirectUris: ['https://shop.example/#a'] }, 400],
      [{ redirectUris: ['https://u:p@shop.example/'] }, 400],
      [{ redirectUris: ['javascript:alert(1)'] }, 400],
      [{ redirectUris: null }, 400],
    ];
    for (const [over, status] of wrong) {
      const answer = await service.ask('/clients', { token: admin, json: shop(over) });
      expect(answer.status, JSON.stringify(over)).toBe(status);
      const [field] = Object.keys(over);
      expect(answer.json.errors[0].path, JSON.stringify(over)).toMatch(new RegExp(`^${field}(\\.0)?$`));
      expect(answer.json.errors[0].message).toMatch(/\w{3}/);
    }
    const unknown = await service.ask('/clients', { token: admin, json: shop({ scopes: ['finance:*', 'no:such'] }) });
    expect([unknown.status, unknown.json.errors]).toEqual([
      422,
      [{ path: 'scopes.1', message: 'There is no permission no:such.' }],
    ]);
  });

  it('limits a client to permissions that there are, also one that had no limit', async () => {
    const { clientId } = await register({ scopes: null });
    const limited = await patch(clientId, { scopes: ['finance:read', 'no:such'] });
    expect([limited.status, limited.json.errors?.[0].path]).toEqual([422, 'scopes.1']);
    // One that is gone since may stay.
    await service.ask('/permissions', { token: admin, json: { name: 'short:lived' } });
    expect((await patch(clientId, { scopes: ['short:lived'] })).status).toBe(200);
    expect((await service.ask('/permissions/short:lived', { method: 'DELETE', token: admin })).status).toBe(204);
    expect((await patch(clientId, { scopes: ['short:lived', 'finance:read'] })).status).toBe(200);
  });

  it('takes no field that isn’t the caller’s to set', async () => {
    for (const over of [
      { builtIn: true },
      { accountId: null },
      { epoch: 1 },
      { clientSecret: 'x' },
      { isActive: true },
    ]) {
      expect((await service.ask('/clients', { token: admin, json: shop(over) })).status).toBe(400);
    }
    const { clientId } = await register();
    for (const over of [
      { builtIn: true },
      { serviceAccountId: null },
      { confidential: false },
      { clientId: 'other' },
    ]) {
      expect((await patch(clientId, over)).status).toBe(400);
    }
  });

  it('lists in pages, sorted, and finds by a part of the name as it is', async () => {
    for (const letter of ['a', 'b', 'c']) await register({ name: `Listed 50%_${letter}` });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await service.ask(`/clients?limit=2&q=${encodeURIComponent('50%_')}&sort=-name${cursor}`, {
        token: admin,
      });
      expect(page.status).toBe(200);
      expect(page.json.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.json.items.map(({ name }: { name: string }) => name));
      cursor = page.json.nextCursor && `&cursor=${page.json.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual(['Listed 50%_c', 'Listed 50%_b', 'Listed 50%_a']);
    const byDate = await service.ask('/clients?limit=1&sort=createdAt', { token: admin });
    const next = await service.ask(`/clients?limit=1&sort=createdAt&cursor=${byDate.json.nextCursor}`, {
      token: admin,
    });
    expect([byDate.json.items[0].clientId, next.json.items[0].clientId]).toEqual(['gatehouse', 'first-shop']);
  });

  it('goes on after the longest names that there can be', async () => {
    for (const last of ['a', 'b']) await register({ name: '\u{1F6D2}'.repeat(199) + last });
    const query = `limit=1&sort=-name&q=${encodeURIComponent('\u{1F6D2}')}`;
    const first = await service.ask(`/clients?${query}`, { token: admin });
    expect(first.json.nextCursor.length).toBeGreaterThan(1_000);
    const next = await service.ask(`/clients?${query}&cursor=${first.json.nextCursor}`, { token: admin });
    expect([next.status, next.json.items?.length]).toEqual([200, 1]);
    expect(next.json.items[0].clientId).not.toBe(first.json.items[0].clientId);
  });

  it('answers 400 for a sort, a limit and a cursor that aren’t', async () => {
    const forged = Buffer.from('["createdAt","2026-13-40","x"]').toString('base64url');
    const nul = Buffer.from('["clientId","a\\u0000","x"]').toString('base64url');
    for (const query of [
      'sort=epoch',
      'sort=name;drop',
      'limit=0',
      'limit=201',
      'limit=1e1',
      'limit=1&limit=2',
      'cursor=x',
      `cursor=${nul}`,
      `sort=createdAt&cursor=${forged}`,
      `sort=name&cursor=${forged}`,
      'q=a&q=b',
      'unknown=1',
    ]) {
      expect((await service.ask(`/clients?${query}`, { token: admin })).status, query).toBe(400);
    }
  });

  it('RFC 9110 §13.1.1: of 20 at once who have read the same one is heard, and nobody deletes unseen', async () => {
    const { clientId } = await register();
    const path = `/clients/${clientId}`;
    const tag = (await service.ask(path, { token: admin })).headers.get('etag')!;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        service.ask(path, {
          method: 'PATCH',
          token: admin,
          json: { name: `Shop ${at}` },
          headers: { 'if-match': tag },
        }),
      ),
    );
    const heard = answers.filter(({ status }) => status === 200);
    expect([heard.length, answers.filter(({ status }) => status === 412).length]).toEqual([1, 19]);
    const remove = (ifMatch: string) =>
      service.ask(path, { method: 'DELETE', token: admin, headers: { 'if-match': ifMatch } });
    expect((await remove(tag)).status).toBe(412);
    expect((await service.ask(path, { token: admin })).json.name).toBe(heard[0]!.json.name);
    expect((await remove(heard[0]!.headers.get('etag')!)).status).toBe(204);
  });

  it('knows one client an audience, and leaves the built-in client to its setting', async () => {
    await register({ audience: 'https://one.example' });
    const second = await service.ask('/clients', { token: admin, json: shop({ audience: 'https://one.example' }) });
    expect([second.status, second.json.errors[0]]).toEqual([
      409,
      { path: 'audience', message: expect.stringContaining('audience') },
    ]);

    expect((await service.ask('/clients/gatehouse', { token: admin })).json).toMatchObject({ builtIn: true });
    for (const answer of [
      await patch('gatehouse', { isActive: false }),
      await service.ask('/clients/gatehouse', { method: 'DELETE', token: admin }),
    ]) {
      expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining('FIRST_PARTY_CLIENT')]);
    }
    expect((await service.ask('/clients/gatehouse/secret', { method: 'POST', token: admin })).status).toBe(409);
  });

  it('answers 404 for a client that there isn’t', async () => {
    for (const path of ['/clients/nobody', '/clients/6f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11', '/clients/a%00b']) {
      const status = path.includes('%00') ? 400 : 404;
      expect((await service.ask(path, { token: admin })).status, path).toBe(status);
      expect((await service.ask(path, { method: 'DELETE', token: admin })).status).toBe(status);
    }
    expect((await patch('nobody', { name: 'x' })).status).toBe(404);
    expect((await service.ask('/clients/nobody/secret', { method: 'POST', token: admin })).status).toBe(404);
  });
});

describe('client authentication', () => {
  it('RFC 6749 §2.3.1: takes the secret by Basic, form-decoded, or from the body', async () => {
    const { clientId, clientSecret } = await register({ clientId: 'a.b-c_d' });
    expect((await logIn(clientId, clientSecret)).status).toBe(200);
    for (const id of [clientId, 'a%2Eb%2dc_d']) {
      const secret = Buffer.from(clientSecret).toString('hex').replaceAll(/../g, '%$&');
      expect((await service.ask('/token', { form: frank, headers: basic(id, clientSecret) })).status).toBe(200);
      expect((await service.ask('/token', { form: frank, headers: basic(id, secret) })).status).toBe(200);
    }
  });

  it('RFC 6749 §2.3: refuses two methods at once', async () => {
    const { clientId, clientSecret } = await register();
    const both = await service.ask('/token', {
      form: { ...frank, client_id: clientId, client_secret: clientSecret },
      headers: basic(clientId, clientSecret),
    });
    expect([both.status, both.json.error]).toEqual([400, 'invalid_request']);
    const other = await service.ask('/token', {
      form: { ...frank, client_id: 'gatehouse' },
      headers: basic(clientId, clientSecret),
    });
    expect([other.status, other.json.error]).toEqual([400, 'invalid_request']);
  });

  it('RFC 6749 §5.2: answers 401 alike for a missing secret, a wrong one and an unknown client, and the challenge where Basic was tried', async () => {
    const { clientId, clientSecret } = await register();
    const { clientId: open } = await register({ confidential: false });
    const { clientSecret: foreign } = await register();
    const answers = await Promise.all([
      service.ask('/token', { form: { ...frank, client_id: clientId } }),
      logIn(clientId, 'wrong'),
      logIn(clientId, foreign),
      logIn('nobody', clientSecret),
      logIn(open, 'a public client has none'),
    ]);
    for (const { status, headers, text } of answers) {
      expect([status, headers.get('www-authenticate')]).toEqual([401, null]);
      expect(text).toBe(answers[0]!.text);
    }
    for (const [id, secret] of [
      [clientId, 'wrong'],
      [clientId, ''],
      ['nobody', clientSecret],
    ] as const) {
      const { status, headers, json } = await service.ask('/token', { form: frank, headers: basic(id, secret) });
      expect([status, json.error]).toEqual([401, 'invalid_client']);
      expect(headers.get('www-authenticate')).toMatch(/^Basic /);
    }
  });

  it('RFC 6749 §5.2: refuses a grant that the client may not use', async () => {
    const { clientId, clientSecret } = await register({ grants: [] });
    const { status, json } = await logIn(clientId, clientSecret);
    expect([status, json.error]).toEqual([400, 'unauthorized_client']);
  });

  it('RFC 8414 §2: the metadata lists the ways that work', async () => {
    const { json } = await service.ask('/.well-known/oauth-authorization-server');
    expect(json.token_endpoint_auth_methods_supported).toEqual(['none', 'client_secret_basic', 'client_secret_post']);
    expect(json.grant_types_supported).toEqual(expect.arrayContaining(['password', 'client_credentials']));
  });
});

describe('a new secret', () => {
  const renew = async (clientId: string, overlap = '') => {
    const { status, json } = await service.ask(`/clients/${clientId}/secret${overlap}`, {
      method: 'POST',
      token: admin,
    });
    expect(status).toBe(200);
    return json.clientSecret as string;
  };

  it('ends the former at once, and no token', async () => {
    const { clientId, clientSecret } = await register();
    const token = (await logIn(clientId, clientSecret)).json.access_token;
    const second = await renew(clientId);
    expect([(await logIn(clientId, clientSecret)).status, (await logIn(clientId, second)).status]).toEqual([401, 200]);
    expect(await reach(token)).toBe(200);
  });

  it('leaves the former for the overlap; never are there three', async () => {
    const { clientId, clientSecret: first } = await register();
    const status = async (secret: string) => (await logIn(clientId, secret)).status;
    const second = await renew(clientId, '?overlap=1h');
    expect([await status(first), await status(second)]).toEqual([200, 200]);
    const third = await renew(clientId, '?overlap=1h');
    expect([await status(first), await status(second), await status(third)]).toEqual([401, 200, 200]);

    await service.change(`UPDATE gatehouse.client_secrets SET expires_at = now() WHERE expires_at IS NOT NULL`);
    expect([await status(second), await status(third)]).toEqual([401, 200]);

    const last = await Promise.all(Array.from({ length: 5 }, () => renew(clientId, '?overlap=1h')));
    const good = await Promise.all(last.map(status));
    expect(good.filter((one) => one === 200)).toHaveLength(2);
  });

  it('is refused to a public client, and an overlap that isn’t one is refused', async () => {
    const { clientId } = await register({ confidential: false });
    expect((await service.ask(`/clients/${clientId}/secret`, { method: 'POST', token: admin })).status).toBe(409);
    for (const overlap of ['1', '1y', '-1s', '91d', '1h&overlap=2h', '99999999999s']) {
      const { status } = await service.ask(`/clients/gatehouse/secret?overlap=${overlap}`, {
        method: 'POST',
        token: admin,
      });
      expect(status, overlap).toBe(400);
    }
  });
});

describe('what dies with a client', () => {
  it('its tokens, when it is switched off; switching it on doesn’t bring them back', async () => {
    const { clientId, clientSecret } = await register();
    const token = (await logIn(clientId, clientSecret)).json.access_token;
    expect(await reach(token)).toBe(200);
    expect((await patch(clientId, { isActive: false })).json.isActive).toBe(false);
    expect(await reach(token)).toBe(401);
    expect((await logIn(clientId, clientSecret)).status).toBe(401);
    await patch(clientId, { isActive: true });
    expect(await reach(token)).toBe(401);
    expect((await logIn(clientId, clientSecret)).status).toBe(200);
  });

  it('its tokens and its secret, when it is deleted; one of the same id inherits nothing', async () => {
    const { clientId, clientSecret } = await register();
    const token = (await logIn(clientId, clientSecret)).json.access_token;
    const epoch = async () =>
      (await service.database.query('SELECT epoch FROM gatehouse.clients WHERE client_id = $1', [clientId]))[0].epoch;
    const former = await epoch();
    expect(await reach(token)).toBe(200);
    expect((await service.ask(`/clients/${clientId}`, { method: 'DELETE', token: admin })).status).toBe(204);
    expect(await reach(token)).toBe(401);
    const again = await register({ clientId });
    expect(await reach(token)).toBe(401);
    expect((await logIn(clientId, clientSecret)).status).toBe(401);
    expect((await logIn(clientId, again.clientSecret)).status).toBe(200);
    // A login through the former client that is being hashed meanwhile isn't entered for the new one.
    expect(await epoch()).toBeGreaterThan(former);
  });

  it('what its scopes lose is out of force at once for tokens that are out', async () => {
    const { clientId, clientSecret } = await register({ scopes: ['finance:*'] });
    const token = (await logIn(clientId, clientSecret)).json.access_token;
    expect(claimsOf(token).permissions).not.toContain('account:self');
    expect(await reach(token)).toBe(200);
    await patch(clientId, { scopes: ['finance:invoices:*'] });
    expect(await reach(token)).toBe(403);
    await patch(clientId, { scopes: null });
    expect(await reach(token)).toBe(200);
    expect((await logIn(clientId, clientSecret, { scope: 'hr:read' })).json.error).toBe('invalid_scope');
  });
});

describe('resource', () => {
  it('RFC 8707 §2: the audience is the one asked for, else the client’s own, else the service', async () => {
    const own = await register({ audience: 'https://own.example', resources: ['https://beside.example'] });
    const aud = async ({ clientId, clientSecret }: typeof own, over: Record<string, string> = {}) => {
      const { json } = await logIn(clientId, clientSecret, over);
      return json.error ?? claimsOf(json.access_token).aud;
    };
    expect(await aud(own)).toBe('https://own.example');
    expect(await aud(own, { resource: '' })).toBe('https://own.example');
    expect(await aud(own, { resource: 'https://own.example' })).toBe('https://own.example');
    expect(await aud(own, { resource: 'https://beside.example' })).toBe('https://beside.example');
    for (const resource of ['https://other.example', 'http://gatehouse.test', 'https://own.example/', 'x']) {
      expect(await aud(own, { resource })).toBe('invalid_target');
    }
    const plain = await register();
    expect(await aud(plain)).toBe('http://gatehouse.test');
    expect(await aud(plain, { resource: 'http://gatehouse.test' })).toBe('http://gatehouse.test');
    expect(await aud(plain, { resource: 'https://own.example' })).toBe('invalid_target');
  });

  it('RFC 9700 §2.3: a token for another audience opens nothing here', async () => {
    const { clientId, clientSecret } = await register({ audience: 'https://elsewhere.example' });
    expect(await reach((await logIn(clientId, clientSecret)).json.access_token)).toBe(401);
  });
});

describe('the rights of the actor', () => {
  let pat: string;
  beforeAll(async () => {
    await giveRole(service, 'pat', 'client-keeper', ['clients:*', 'search:*']);
    pat = await service.login('pat');
  });

  it('nobody sets up a client that may do more than they may', async () => {
    const narrowed = await service.login('admin', 'clients:write clients:read');
    for (const token of [pat, narrowed]) {
      for (const scopes of [null, ['*'], ['finance:read'], ['clients:write', 'hr:*']]) {
        const { status, headers } = await service.ask('/clients', { token, json: shop({ scopes }) });
        expect(status, JSON.stringify(scopes)).toBe(403);
        expect(headers.get('www-authenticate')).toContain('insufficient_scope');
      }
      await register({ scopes: ['clients:write'] }, token);
    }
    expect((await service.ask('/clients', { token: narrowed, json: shop({ scopes: ['clients:*'] }) })).status).toBe(
      403,
    );
  });

  it('nobody widens a client beyond their rights, nor takes over one that may do more', async () => {
    const { clientId } = await register({ scopes: ['finance:read', 'clients:read'], redirectUris: [] });
    const { clientId: unlimited } = await register();
    for (const changes of [
      { scopes: null },
      { scopes: ['finance:*'] },
      { scopes: ['clients:read', 'hr:read'] },
      { redirectUris: ['https://evil.example/'] },
      { grants: [] },
      { resources: ['https://evil.example'] },
      { audience: 'https://evil.example' },
    ]) {
      expect((await patch(clientId, changes, pat)).status, JSON.stringify(changes)).toBe(403);
    }
    expect((await patch(unlimited, { redirectUris: ['https://evil.example/'] }, pat)).status).toBe(403);
    for (const id of [clientId, unlimited]) {
      expect((await service.ask(`/clients/${id}/secret`, { method: 'POST', token: pat })).status).toBe(403);
      expect((await patch(id, { isActive: false }, pat)).status).toBe(200);
      expect((await patch(id, { isActive: true }, pat)).status).toBe(403);
    }
    // Taking away is no handing out.
    expect((await patch(clientId, { name: 'Renamed', scopes: ['clients:read'] }, pat)).status).toBe(200);
    expect((await patch(clientId, { isActive: true }, pat)).status).toBe(200);
  });

  it('the rights are those that the actor has when it is done', async () => {
    const keeper = await service.login('pat');
    await service.change(`DELETE FROM gatehouse.role_permissions WHERE pattern = 'search:*'`);
    expect((await service.ask('/clients', { token: keeper, json: shop({ scopes: ['search:*'] }) })).status).toBe(403);
  });

  it('reading takes clients:read, and writing clients:write', async () => {
    const reader = await service.login('admin', 'clients:read');
    expect((await service.ask('/clients', { token: reader })).status).toBe(200);
    expect((await service.ask('/clients', { token: reader, json: shop() })).status).toBe(403);
    expect((await service.ask('/clients', { token: await service.login('frank') })).status).toBe(403);
  });
});
