import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { TestEnvironment } from './environment.js';

/** What a login or a refresh answers. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

/** A client to be put into the database by hand; with a secret it is confidential. */
export interface TestClient {
  readonly clientId: string;
  readonly secret?: string;
  readonly confidential?: boolean;
  readonly grants?: readonly string[];
  readonly scopes?: readonly string[] | null;
  readonly audience?: string | null;
}

/** Puts a client into the database. */
export async function addClient(
  service: TestEnvironment,
  { clientId, secret, confidential = secret !== undefined, grants = [], scopes = null, audience = null }: TestClient,
): Promise<void> {
  await service.change(
    `INSERT INTO gatehouse.clients (client_id, name, confidential, grants, scopes, audience) VALUES ($1, $1, $2, $3, $4, $5)`,
    [clientId, confidential, grants, scopes, audience],
  );
  if (secret === undefined) return;
  await service.change('INSERT INTO gatehouse.client_secrets (client_id, hash) VALUES ($1, $2)', [
    clientId,
    createHash('sha256').update(secret).digest(),
  ]);
}

/** Logs somebody in who was made at the first start; answers both tokens. */
export async function pairFor(
  service: TestEnvironment,
  username: string,
  more: Record<string, string> = {},
): Promise<TokenPair> {
  const password = service.passwords.get(username)!;
  const answer = await service.ask('/token', { form: { username, password, ...more } });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

/** The header of client credentials (RFC 6749 §2.3.1). */
export function basic(id: string, secret: string): { authorization: string } {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The claims of an access token. */
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}
