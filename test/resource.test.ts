import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ClientsService } from '../src/server/clients/clients.service.js';
import { connect, tokenOf, type ConnectedClient } from './support/connected.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf } from './support/oauth.js';

let service: TestEnvironment;
let shop: ConnectedClient;
beforeAll(async () => {
  service = await createTestEnvironment();
  shop = await connect(service, 'shop');
});
afterAll(() => service.close());

const logIn = (more: Record<string, string>) =>
  service.ask('/token', { form: { username: 'frank', password: service.passwords.get('frank')!, ...more } });

describe('resource at the first-party client', () => {
  it('RFC 8707 §2: names any application that is registered, and the token is for it', async () => {
    const { status, json } = await logIn({ resource: shop.audience });
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)).toMatchObject({ aud: shop.audience, client_id: 'gatehouse' });
    const form = { token: json.access_token };
    const introspected = await service.ask('/introspect', { form, headers: basic(shop.clientId, shop.clientSecret) });
    expect(introspected.json).toMatchObject({ active: true, aud: shop.audience, username: 'frank' });
    // What an application gets is no good here.
    expect((await service.ask('/finance/data', { token: json.access_token })).status).toBe(401);
  });

  it('a refresh stays with the application', async () => {
    const { json } = await logIn({ resource: shop.audience });
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token };
    const again = await service.ask('/token', { form });
    expect(claimsOf(again.json.access_token).aud).toBe(shop.audience);
    const named = await service.ask('/token', {
      form: { ...form, refresh_token: again.json.refresh_token, resource: shop.audience },
    });
    expect(claimsOf(named.json.access_token).aud).toBe(shop.audience);
  });

  it('RFC 8707 §2: nothing else: invalid_target', async () => {
    await addClient(service, { clientId: 'off', audience: 'https://off.test' });
    await service.change(`UPDATE gatehouse.clients SET is_active = false WHERE client_id = 'off'`);
    const asleep = await connect(service, 'asleep');
    await service.change('UPDATE gatehouse.accounts SET is_active = false WHERE id = $1', [asleep.accountId]);
    for (const resource of [
      'https://unknown.test',
      `${shop.audience}/`,
      'https://off.test',
      asleep.audience,
      'https://shop.test\0',
      'x y',
    ]) {
      const { status, json } = await logIn({ resource });
      expect([status, json.error], resource).toEqual([400, 'invalid_target']);
    }
  });

  it('costs a login nothing where no other application is named', async () => {
    const asked = vi.spyOn(service.app.get(ClientsService, { strict: false }), 'isAudience');
    await logIn({});
    await logIn({ resource: service.settings.publicUrl });
    expect(asked).not.toHaveBeenCalled();
    await logIn({ resource: shop.audience });
    expect(asked).toHaveBeenCalledOnce();
    asked.mockRestore();
  });
});

describe('resource at other clients', () => {
  it('an application acts as itself here, and lets nobody else do so through it', async () => {
    expect(claimsOf(await tokenOf(service, shop)).aud).toBe(service.settings.publicUrl);
    await addClient(service, { clientId: 'web', secret: 'secret', audience: 'https://web.test', grants: ['password'] });
    for (const resource of [service.settings.publicUrl, shop.audience]) {
      const { status, json } = await logIn({ client_id: 'web', client_secret: 'secret', resource });
      expect([status, json.error]).toEqual([400, 'invalid_target']);
    }
  });
});
