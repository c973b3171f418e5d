import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAuditor, introspect } from './support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf, pairFor } from './support/oauth.js';
import { expectAccepted, expectNoBearer } from './support/refusals.js';

describe('one kind of secret used as another', () => {
  let service: TestEnvironment;
  const client = { clientId: 'shop', secret: 'k3J9mP2xQ7vT5wZ8nB4cR6dF1gH0sLaY' };
  beforeAll(async () => {
    service = await createTestEnvironment();
    await addAuditor(service);
    await addClient(service, { ...client, grants: ['password', 'refresh_token'], audience: 'https://shop.test' });
  });
  afterAll(() => service.close());

  it('RFC 6750 §3.1: nothing but an access token is a bearer token', async () => {
    const { access_token: token, refresh_token: refresh } = await pairFor(service, 'frank');
    const { jti, sub } = claimsOf(token);
    const bearers: Record<string, string> = {
      'a refresh token': refresh,
      'a client secret': client.secret,
      'client credentials': basic(client.clientId, client.secret).authorization.slice('Basic '.length),
      'a password': service.passwords.get('frank')!,
      'a password’s hash': (await service.database.query('SELECT password_hash FROM gatehouse.accounts LIMIT 1'))[0]
        .password_hash,
      'a refresh token’s hash': createHash('sha256').update(refresh).digest('base64url'),
      'a jti': jti,
      'an account’s id': sub,
      'the APP_SECRET': service.settings.appSecret!,
      'a bearer token in a bearer token': `Bearer ${token}`,
      'two tokens': `${token},${token}`,
    };
    for (const [what, one] of Object.entries(bearers)) {
      expectNoBearer(await service.ask('/users/me', { token: one }), what);
      expectNoBearer(await service.ask('/introspect', { form: { token }, token: one }), what);
    }
    await expectAccepted(service, token);
  });

  it('RFC 6749 §6: nothing but a refresh token refreshes', async () => {
    const { access_token: token } = await pairFor(service, 'frank');
    const hash = (
      await service.database.query(
        `SELECT encode(refresh_hash, 'hex') AS hash FROM gatehouse.tokens WHERE kind = 'refresh'`,
      )
    )[0].hash;
    for (const one of [
      token,
      claimsOf(token).jti,
      client.secret,
      hash,
      Buffer.from(hash, 'hex').toString('base64url'),
    ]) {
      const { status, json } = await service.ask('/token', {
        form: { grant_type: 'refresh_token', refresh_token: one },
      });
      expect([status, json.error]).toEqual([400, 'invalid_grant']);
    }
  });

  it('no token is a password, and none a client secret', async () => {
    const { access_token: token, refresh_token: refresh } = await pairFor(service, 'frank');
    for (const one of [token, refresh]) {
      const login = await service.ask('/token', { form: { username: 'frank', password: one } });
      expect([login.status, login.json.error]).toEqual([400, 'invalid_grant']);
      const form = { token, client_id: client.clientId, client_secret: one };
      expect((await service.ask('/introspect', { form })).json.error).toBe('invalid_client');
    }
  });

  it('RFC 9700 §2.3: a token for an application is none for the service', async () => {
    const form = { client_id: client.clientId, client_secret: client.secret };
    const { access_token: token, refresh_token: refresh } = await pairFor(service, 'frank', form);
    for (const path of ['/users/me', '/finance/data', '/userinfo', '/']) {
      expectNoBearer(await service.ask(path, { token }), path);
      expectNoBearer(await service.ask(path, { token: refresh }), path);
    }
    expect((await introspect(service, token)).json.active).toBe(true);
  });
});
