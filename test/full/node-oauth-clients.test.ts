import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { describeWith, loadPackage, missingPackages } from '../support/interoperability.js';
import { addClient } from '../support/oauth.js';
import { freePort } from '../support/postgres-server.js';

/** A client of people whose secret has to be encoded (RFC 6749 §2.3.1); simple-oauth2 takes ASCII alone. */
const SHOP = { clientId: 'shop: 1+1', secret: 's%c+r:e t/=&', audience: 'https://shop.test' };

const missing = await missingPackages();

let service: TestEnvironment;
let robot: { readonly clientId: string; readonly clientSecret: string };
let frank: { readonly username: string; readonly password: string };
beforeAll(async () => {
  service = await createTestEnvironment({ port: await freePort() });
  await addClient(service, { ...SHOP, grants: ['password', 'refresh_token'] });
  const token = await service.login('admin');
  const account = await service.ask('/service-accounts', { token, json: { username: 'robot', groups: ['finance'] } });
  robot = (await service.ask(`/service-accounts/${account.json.id}/secret`, { method: 'POST', token })).json;
  frank = { username: 'frank', password: service.passwords.get('frank')! };
});
afterAll(() => service?.close());

/** Whether a token for the demo is good. */
const isAccepted = async (token: string) => (await service.ask('/finance/data', { token })).status === 200;

describeWith(missing, 'simple-oauth2', () => {
  let simple: any;
  beforeAll(async () => (simple = await loadPackage('simple-oauth2')));

  const config = (id: string, secret: string, options = {}) => ({
    client: { id, secret },
    auth: { tokenHost: service.url, tokenPath: '/token', refreshPath: '/token', revokePath: '/revoke' },
    options,
  });
  const asShop = (options = {}) => new simple.ResourceOwnerPassword(config(SHOP.clientId, SHOP.secret, options));
  /** Wants JSON of every answer, unless told otherwise: what is revoked is answered with an empty body (RFC 7009 §2.2). */
  const EMPTY = { json: true };
  /** The status and the error (RFC 6749 §5.2) that a request comes to. */
  const refusal = (request: Promise<unknown>) =>
    request.then(
      () => 'none',
      (error) => `${error.output.statusCode} ${error.data.payload?.error}`,
    );

  it('RFC 6749 §2.3.1: authenticates in the header and in the body', async () => {
    for (const authorizationMethod of ['header', 'body']) {
      const { token } = await asShop({ authorizationMethod }).getToken(frank);
      expect(token).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, refresh_token: expect.any(String) });
      expect(token.expires_at.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
      const wrong = new simple.ResourceOwnerPassword(config(SHOP.clientId, 'wrong', { authorizationMethod }));
      expect(await refusal(wrong.getToken(frank))).toBe('401 invalid_client');
    }
  });

  it('logs in, narrows, refreshes and revokes', async () => {
    const login = await asShop().getToken(frank);
    expect(login.expired()).toBe(false);
    expect((await asShop().getToken({ ...frank, scope: ['finance:read'] })).token.scope).toBe('finance:read');
    expect(await refusal(asShop().getToken({ ...frank, password: 'wrong' }))).toBe('400 invalid_grant');

    const renewed = await login.refresh();
    expect(renewed.token.refresh_token).not.toBe(login.token.refresh_token);
    expect((await renewed.refresh({ scope: ['finance:read'] })).token.scope).toBe('finance:read');

    const [one, other] = [await asShop().getToken(frank), await asShop().getToken(frank)];
    await one.revoke('refresh_token', EMPTY);
    expect(await refusal(one.refresh())).toBe('400 invalid_grant');
    await other.revokeAll(EMPTY);
    expect(await refusal(other.refresh())).toBe('400 invalid_grant');
  });

  it('RFC 6749 §4.4: gets tokens for a service account, until they are revoked', async () => {
    const client = new simple.ClientCredentials(config(robot.clientId, robot.clientSecret));
    const login = await client.getToken({ scope: 'finance:read' });
    expect(login.token).toMatchObject({ token_type: 'Bearer', scope: 'finance:read' });
    expect(await isAccepted(login.token.access_token)).toBe(true);
    await login.revoke('access_token', EMPTY);
    expect(await isAccepted(login.token.access_token)).toBe(false);
  });
});

describeWith(missing, '@badgateway/oauth2-client', () => {
  let badgateway: any;
  beforeAll(async () => (badgateway = await loadPackage('@badgateway/oauth2-client')));

  const client = (clientId: string, clientSecret?: string, more = {}) =>
    new badgateway.OAuth2Client({ server: service.url, clientId, clientSecret, ...more });
  const asShop = (more = {}) => client(SHOP.clientId, SHOP.secret, more);
  /** The error of RFC 6749 §5.2 that a request comes to. */
  const errorOf = (request: Promise<unknown>) =>
    request.then(
      () => 'none',
      (error) => error.oauth2Code,
    );

  it('RFC 8414 §3: discovers the endpoints, and how a client authenticates', async () => {
    const found = asShop();
    await found.discover();
    expect(found.serverMetadata.issuer).toBe(service.url);
    expect(found.settings).toMatchObject({
      tokenEndpoint: `${service.url}/token`,
      introspectionEndpoint: `${service.url}/introspect`,
      revocationEndpoint: `${service.url}/revoke`,
      authenticationMethod: 'client_secret_basic',
    });
  });

  it('RFC 6749 §2.3.1: authenticates in the header and in the body, and public clients by their name', async () => {
    for (const authenticationMethod of ['client_secret_basic', 'client_secret_post']) {
      expect((await asShop({ authenticationMethod }).password(frank)).accessToken).toBeTypeOf('string');
      const wrong = client(SHOP.clientId, 'wrong', { authenticationMethod });
      expect(await errorOf(wrong.password(frank))).toBe('invalid_client');
    }
    expect(await errorOf(client(SHOP.clientId).password(frank))).toBe('invalid_client');
    const login = await client('gatehouse').password(frank);
    expect(await isAccepted(login.accessToken)).toBe(true);
    expect(await isAccepted((await client('gatehouse').refreshToken(login)).accessToken)).toBe(true);
  });

  it('logs in, narrows, refreshes, introspects and revokes', async () => {
    const shop = asShop();
    const login = await shop.password(frank);
    expect(login.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
    expect(await shop.introspect(login)).toMatchObject({ active: true, username: 'frank', aud: SHOP.audience });
    expect((await shop.password({ ...frank, scope: ['finance:read'] })).scope).toEqual(['finance:read']);
    expect(await errorOf(shop.password({ ...frank, password: 'wrong' }))).toBe('invalid_grant');
    expect(await errorOf(shop.password({ ...frank, resource: 'https://elsewhere.test' }))).toBe('invalid_target');

    const renewed = await shop.refreshToken(login);
    expect(renewed.refreshToken).not.toBe(login.refreshToken);
    await shop.revoke(renewed);
    expect(await shop.introspect(renewed)).toEqual({ active: false });
    await shop.revoke(renewed, 'refresh_token');
    expect(await shop.introspect(login)).toEqual({ active: false });
    expect(await errorOf(shop.refreshToken(renewed))).toBe('invalid_grant');
  });

  it('RFC 6749 §4.4: gets tokens for a service account, and puts them into requests by itself', async () => {
    const asRobot = client(robot.clientId, robot.clientSecret);
    const wrapper = new badgateway.OAuth2Fetch({
      client: asRobot,
      getNewToken: () => asRobot.clientCredentials({ scope: ['finance:read'] }),
    });
    const read = async (path: string) => (await wrapper.fetch(service.url + path)).status;
    expect(await read('/finance/data')).toBe(200);
    expect(await read('/hr/data')).toBe(403);
    // A token that dies is refused by 401, which has the wrapper get another.
    await asRobot.revoke(await wrapper.getToken());
    expect(await read('/finance/data')).toBe(200);
  });
});
