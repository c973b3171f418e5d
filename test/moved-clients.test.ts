import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, claimsOf, pairFor } from './support/oauth.js';

let service: TestEnvironment;
let admin: string;
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
});
afterAll(() => service.close());

const patch = async (clientId: string, json: object) => {
  const { status, text } = await service.ask(`/clients/${clientId}`, { method: 'PATCH', token: admin, json });
  expect(status, text).toBe(200);
};
const refresh = (clientId: string, token: string, more: Record<string, string> = {}) =>
  service.ask('/token', {
    form: { grant_type: 'refresh_token', refresh_token: token, client_id: clientId, ...more },
  });

// A refresh took the audience of the login, whatever had become of the client since.
it('a client that was moved off the service gets no more tokens for it by refreshing', async () => {
  await addClient(service, { clientId: 'moved', grants: ['password', 'refresh_token'] });
  const { access_token: before, refresh_token: token } = await pairFor(service, 'frank', { client_id: 'moved' });
  expect((await service.ask('/finance', { token: before })).status).toBe(200);

  await patch('moved', { audience: 'https://moved.example' });
  const refused = await refresh('moved', token);
  expect([refused.status, refused.json.error]).toEqual([400, 'invalid_grant']);
  expect((await refresh('moved', token, { resource: 'http://gatehouse.test' })).status).toBe(400);

  // A refresh that fails burns nothing, so moving it back mends it.
  await patch('moved', { audience: null });
  const { status, json } = await refresh('moved', token);
  expect([status, claimsOf(json.access_token).aud]).toEqual([200, 'http://gatehouse.test']);
});

it('a resource that was taken from a client is out of reach for its logins too', async () => {
  const resource = 'https://stock.example';
  await addClient(service, { clientId: 'taken', grants: ['password', 'refresh_token'] });
  await patch('taken', { resources: [resource] });
  const { refresh_token: token } = await pairFor(service, 'frank', { client_id: 'taken', resource });
  const next = await refresh('taken', token);
  expect(claimsOf(next.json.access_token).aud).toBe(resource);

  await patch('taken', { resources: [] });
  expect((await refresh('taken', next.json.refresh_token)).json.error).toBe('invalid_grant');
});
