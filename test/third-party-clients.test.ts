import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAuditor, AUDITOR, AUDITOR_SECRET } from './support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient } from './support/oauth.js';
import { freePort } from './support/postgres-server.js';

/** A client of people whose secret has to be encoded (RFC 6749 §2.3.1). */
const SHOP = { clientId: 'shop: 1+1', secret: 's%c+r:e t/=&ü', audience: 'https://shop.test' };

const ALGORITHMS = ['RS256', 'ES256'] as const;

/** The client of a service account. */
interface Robot {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function start(algorithm: string): Promise<TestEnvironment> {
  const service = await createTestEnvironment({ port: await freePort(), env: { TOKEN_ALGORITHM: algorithm } });
  await addClient(service, { ...SHOP, grants: ['password', 'refresh_token'] });
  return service;
}

async function makeRobot(service: TestEnvironment): Promise<Robot> {
  const token = await service.login('admin');
  const account = await service.ask('/service-accounts', { token, json: { username: 'robot', groups: ['finance'] } });
  return (await service.ask(`/service-accounts/${account.json.id}/secret`, { method: 'POST', token })).json;
}

describe.each(ALGORITHMS)('openid-client, with %s', (algorithm) => {
  let service: TestEnvironment;
  let robot: Robot;
  beforeAll(async () => {
    service = await start(algorithm);
    robot = await makeRobot(service);
  });
  afterAll(() => service.close());

  const discover = (clientId: string, authentication: openid.ClientAuth) =>
    openid.discovery(new URL(service.url), clientId, undefined, authentication, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
  const asShop = () => discover(SHOP.clientId, openid.ClientSecretBasic(SHOP.secret));
  const asFirstParty = () => discover('gatehouse', openid.None());
  const logIn = (config: openid.Configuration, more: Record<string, string> = {}) =>
    openid.genericGrantRequest(config, 'password', {
      username: 'frank',
      password: service.passwords.get('frank')!,
      ...more,
    });
  /** The error of RFC 6749 §5.2 that a request comes to. */
  const errorOf = (request: Promise<unknown>) =>
    request.then(
      () => 'none',
      (error: openid.ResponseBodyError) => error.error,
    );

  it('RFC 8414 §3: discovers the service', async () => {
    const config = await asFirstParty();
    expect(config.serverMetadata()).toMatchObject({ issuer: service.url, token_endpoint: `${service.url}/token` });
  });

  it('RFC 6749 §2.3.1: authenticates in the header and in the body', async () => {
    for (const authentication of [openid.ClientSecretBasic(SHOP.secret), openid.ClientSecretPost(SHOP.secret)]) {
      expect((await logIn(await discover(SHOP.clientId, authentication))).token_type).toBe('bearer');
    }
    for (const authentication of [openid.ClientSecretPost('wrong'), openid.None()]) {
      expect(await errorOf(logIn(await discover(SHOP.clientId, authentication)))).toBe('invalid_client');
    }
    // A wrong secret in the header is answered by a challenge, which this client tells from an error of OAuth.
    const wrong = logIn(await discover(SHOP.clientId, openid.ClientSecretBasic('wrong')));
    await expect(wrong).rejects.toMatchObject({ code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 });
  });

  it('gets, narrows, refreshes, introspects and revokes what the password of a person brings', async () => {
    const config = await asShop();
    const login = await logIn(config);
    expect(login.expiresIn()).toBeGreaterThan(3_500);
    const described = await openid.tokenIntrospection(config, login.access_token);
    expect(described).toMatchObject({ active: true, username: 'frank', aud: SHOP.audience, scope: login.scope });

    const narrow = await openid.refreshTokenGrant(config, login.refresh_token!, { scope: 'finance:read' });
    expect(narrow.scope).toBe('finance:read');
    const whole = await openid.refreshTokenGrant(config, narrow.refresh_token!);
    expect(whole.scope).toBe(login.scope);
    expect(await errorOf(openid.refreshTokenGrant(config, 'x'))).toBe('invalid_grant');
    expect(await errorOf(logIn(config, { scope: 'hr:read' }))).toBe('invalid_scope');

    await openid.tokenRevocation(config, narrow.access_token, { token_type_hint: 'access_token' });
    expect(await openid.tokenIntrospection(config, narrow.access_token)).toEqual({ active: false });
    await openid.tokenRevocation(config, whole.refresh_token!);
    expect(await openid.tokenIntrospection(config, whole.access_token)).toEqual({ active: false });
    expect(await errorOf(openid.refreshTokenGrant(config, whole.refresh_token!))).toBe('invalid_grant');
  });

  it('RFC 6749 §4.4: gets tokens for a service account', async () => {
    const config = await discover(robot.clientId, openid.ClientSecretBasic(robot.clientSecret));
    const token = await openid.clientCredentialsGrant(config, { scope: 'finance:read' });
    expect(token).toMatchObject({ token_type: 'bearer', scope: 'finance:read' });
    expect(token).not.toHaveProperty('refresh_token');
    const data = new URL('/finance/data', service.url);
    const answer = await openid.fetchProtectedResource(config, token.access_token, data, 'GET');
    expect(await answer.json()).toBe('finance_data');
  });

  it('RFC 6750 §3: reads why a guarded route refuses, and who somebody is', async () => {
    const config = await asFirstParty();
    const { access_token: token } = await logIn(config, { scope: 'finance:read' });
    const { sub } = await openid.tokenIntrospection(await asAuditor(), token);
    expect(await openid.fetchUserInfo(config, token, sub!)).toMatchObject({ sub, preferred_username: 'frank' });
    const ask = () => openid.fetchProtectedResource(config, token, new URL('/hr/data', service.url), 'GET');
    await expect(ask()).rejects.toMatchObject({
      status: 403,
      cause: [{ scheme: 'bearer', parameters: { error: 'insufficient_scope', scope: 'hr:read' } }],
    });
    await openid.tokenRevocation(config, token);
    await expect(ask()).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });

  /** A client that may ask about the tokens of others. */
  async function asAuditor(): Promise<openid.Configuration> {
    await addAuditor(service);
    return discover(AUDITOR, openid.ClientSecretBasic(AUDITOR_SECRET));
  }
});

describe.each(ALGORITHMS)('oauth4webapi, with %s', (algorithm) => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const client: oauth.Client = { client_id: SHOP.clientId };
  const authentication = oauth.ClientSecretBasic(SHOP.secret);
  let service: TestEnvironment;
  let server: oauth.AuthorizationServer;
  beforeAll(async () => {
    service = await start(algorithm);
    const url = new URL(service.url);
    const answer = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
    server = await oauth.processDiscoveryResponse(url, answer);
  });
  afterAll(() => service.close());

  async function logIn(): Promise<oauth.TokenEndpointResponse> {
    const form = { username: 'frank', password: service.passwords.get('frank')! };
    const answer = await oauth.genericTokenEndpointRequest(server, client, authentication, 'password', form, insecure);
    return oauth.processGenericTokenEndpointResponse(server, client, answer);
  }
  async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
    const answer = await oauth.introspectionRequest(server, client, authentication, token, insecure);
    return oauth.processIntrospectionResponse(server, client, answer);
  }
  /** A request as it comes to an application that verifies tokens by the public keys. */
  const requestWith = (token: string) => new Request(SHOP.audience, { headers: { authorization: `Bearer ${token}` } });
  const validate = (token: string, options: oauth.ValidateJWTAccessTokenOptions = {}, audience = SHOP.audience) =>
    oauth.validateJwtAccessToken(server, requestWith(token), audience, { ...insecure, ...options });

  it('gets, refreshes, introspects and revokes', async () => {
    const login = await logIn();
    expect(await introspect(login.access_token)).toMatchObject({ active: true, client_id: SHOP.clientId });
    const refresh = await oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      login.refresh_token!,
      insecure,
    );
    const { access_token: token, refresh_token: successor } = await oauth.processRefreshTokenResponse(
      server,
      client,
      refresh,
    );
    expect(successor).not.toBe(login.refresh_token);
    const revocation = await oauth.revocationRequest(server, client, authentication, successor!, insecure);
    await oauth.processRevocationResponse(revocation);
    expect(await introspect(token)).toEqual({ active: false });
    const again = await oauth.refreshTokenGrantRequest(server, client, authentication, successor!, insecure);
    await expect(oauth.processRefreshTokenResponse(server, client, again)).rejects.toMatchObject({
      code: oauth.RESPONSE_BODY_ERROR,
      error: 'invalid_grant',
      status: 400,
    });
  });

  it('RFC 6749 §4.4: gets a token for a service account', async () => {
    const robot = await makeRobot(service);
    const own: oauth.Client = { client_id: robot.clientId };
    const secret = oauth.ClientSecretPost(robot.clientSecret);
    const answer = await oauth.clientCredentialsGrantRequest(server, own, secret, {}, insecure);
    const token = await oauth.processClientCredentialsResponse(server, own, answer);
    expect(await validate(token.access_token, {}, service.url)).toMatchObject({ client_id: robot.clientId });
  });

  it('RFC 9068 §4: verifies an access token by the published keys, and refuses one for another audience', async () => {
    const { access_token: token } = await logIn();
    const claims = await validate(token, { signingAlgorithms: [algorithm] });
    expect(claims).toMatchObject({ iss: service.url, aud: SHOP.audience, client_id: SHOP.clientId, username: 'frank' });
    await expect(validate(token, {}, 'https://other.test')).rejects.toThrow(/"aud"/);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    await expect(validate(`${header}.${payload}.${changed}`)).rejects.toThrow(/signature/);
  });

  it('RFC 7517 §5: keys that were fetched before a rotation verify what is signed after it', async () => {
    // The client holds keys by the object that describes the server, so that one of its own begins without any.
    const own = { ...server };
    let fetches = 0;
    const options = {
      ...insecure,
      [oauth.customFetch]: (
        ...[url, init]: Parameters<NonNullable<oauth.HttpRequestOptions<'GET'>[typeof oauth.customFetch]>>
      ) => {
        fetches++;
        return fetch(url, init);
      },
    };
    const verify = (token: string) => oauth.validateJwtAccessToken(own, requestWith(token), SHOP.audience, options);
    const before = await logIn();
    await verify(before.access_token);
    await service.ask('/keys/rotate', { token: await service.login('admin'), json: {} });
    const after = await logIn();
    await verify(after.access_token);
    await verify(before.access_token);
    expect(fetches).toBe(1);
    const kids = [before, after].map(({ access_token: token }) => token.split('.')[0]);
    expect(kids[0]).not.toBe(kids[1]);
  });
});
