import { Injectable } from '@nestjs/common';
import { FIRST_PARTY_CLIENT } from '../clients/client.entity.js';
import { isClientSecret } from '../clients/client-secret.js';
import { ActiveClients } from '../clients/active-clients.js';
import type { ActiveClient } from '../clients/clients.service.js';
import { decode, type Form } from '../http/form.js';
import { OAuthError } from './oauth-error.js';

/** Client credentials as they came. */
interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string | undefined;
  readonly basic: boolean;
}

/** The ways in which clients authenticate (RFC 8414 §2); `none` is for public clients, which have no secret. */
export const CLIENT_AUTHENTICATION_METHODS = ['none', 'client_secret_basic', 'client_secret_post'];

const NOT_PROVEN = 'The client is unknown, switched off, or its secret is wrong.';

/** Postman and others ask for a client id, and people fill in something. */
const LEAVE_IT_OUT = 'People log in without a client: leave client_id and client_secret empty.';

/** Authenticates the client of a request to an OAuth endpoint (RFC 6749 §2.3). */
@Injectable()
export class ClientAuthentication {
  constructor(private readonly clients: ActiveClients) {}

  /**
   * The client. Who names none is the built-in first-party client.
   *
   * @throws OAuthError `invalid_client`, or `invalid_request` for two ways at once
   */
  async authenticate(authorization: string | undefined, form: Form): Promise<ActiveClient> {
    const { clientId, secret, basic } = readCredentials(authorization, form);
    const client = await this.clients.find(clientId);
    // Compared also where there is no such client, so that the time doesn't tell.
    const proven = secret !== undefined && isClientSecret(secret, client?.secretHashes ?? []);
    // Public clients have no secret; one that is sent isn't theirs.
    if (!client || (client.confidential ? !proven : secret !== undefined)) {
      const hint = form.has('username') && (await this.clients.find(FIRST_PARTY_CLIENT)) ? ` ${LEAVE_IT_OUT}` : '';
      throw new OAuthError('invalid_client', `${NOT_PROVEN}${hint}`, basic);
    }
    return client;
  }
}

function readCredentials(authorization: string | undefined, form: Form): ClientCredentials {
  // Another scheme, as of a bearer token that a caller always sends, doesn't authenticate a client.
  const basic = /^basic\b/i.test(authorization ?? '') ? readBasic(authorization!) : undefined;
  if (
    basic &&
    (form.get('client_secret') !== undefined || (form.get('client_id') ?? basic.clientId) !== basic.clientId)
  ) {
    throw new OAuthError(
      'invalid_request',
      'Authenticate the client in the header or in the body, not in both (RFC 6749 2.3).',
    );
  }
  if (basic) return basic;
  return { clientId: form.get('client_id') ?? FIRST_PARTY_CLIENT, secret: form.get('client_secret'), basic: false };
}

/** RFC 6749 §2.3.1: id and secret are form-encoded first. The empty pair, which Swagger UI sends, counts as none. */
function readBasic(authorization: string): ClientCredentials | undefined {
  const match = /^basic +([\w+/]+=*)$/i.exec(authorization);
  const pair = match ? Buffer.from(match[1]!, 'base64').toString('utf8') : undefined;
  if (pair === ':') return undefined;
  const colon = pair?.indexOf(':') ?? -1;
  try {
    if (pair !== undefined && colon > 0) {
      return {
        clientId: decode(pair.slice(0, colon)),
        secret: decode(pair.slice(colon + 1)) || undefined,
        basic: true,
      };
    }
  } catch {
    // Escapes that aren't well-formed: said below.
  }
  throw new OAuthError('invalid_client', 'The Authorization header is not Basic with a client id and secret.', true);
}
