import { expect } from 'vitest';
import type { TestEnvironment } from './environment.js';
import { basic } from './oauth.js';

/** A connected application, as an administrator sets it up: a service account with a secret, an audience, and areas. */
export interface ConnectedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accountId: string;
  readonly audience: string;
}

/** Sets one up over HTTP. Its audience is `https://<name>.test`. */
export async function connect(
  service: TestEnvironment,
  name: string,
  permissionPrefixes: readonly string[] = [name],
): Promise<ConnectedClient> {
  const token = await service.login('admin');
  const account = await service.ask('/service-accounts', {
    token,
    json: { username: name, roles: ['connected-application'] },
  });
  expect(account.status, account.text).toBe(201);
  const accountId = account.json.id as string;
  const secret = await service.ask(`/service-accounts/${accountId}/secret`, { method: 'POST', token });
  expect(secret.status, secret.text).toBe(200);
  const { clientId, clientSecret } = secret.json;
  const audience = `https://${name}.test`;
  const client = await service.ask(`/clients/${clientId}`, {
    method: 'PATCH',
    token,
    json: { audience, permissionPrefixes },
  });
  expect(client.status, client.text).toBe(200);
  return { clientId, clientSecret, accountId, audience };
}

/** A token of the application's own, for this service. */
export async function tokenOf(service: TestEnvironment, { clientId, clientSecret }: ConnectedClient): Promise<string> {
  const { status, json, text } = await service.ask('/token', {
    form: { grant_type: 'client_credentials', resource: service.settings.publicUrl },
    headers: basic(clientId, clientSecret),
  });
  expect(status, text).toBe(200);
  return json.access_token;
}
