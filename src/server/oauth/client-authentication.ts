import { Injectable } from '@nestjs/common';
import { type ClientEntity, FIRST_PARTY_CLIENT } from '../clients/client.entity.js';
import { ClientsService } from '../clients/clients.service.js';
import { decode, type Form } from '../http/form.js';
import { OAuthError } from './oauth-error.js';

/** Client credentials as they came. */
interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string | undefined;
  readonly basic: boolean;
}

/** Authenticates the client of a request to an OAuth endpoint (RFC 6749 §2.3). */
@Injectable()
export class ClientAuthentication {
  constructor(private readonly clients: ClientsService) {}

  /**
   * The client. Who names none is the built-in first-party client.
   *
   * @throws OAuthError `invalid_client`, or `invalid_request` for two ways at once
   */
  async authenticate(authorization: string | undefined, form: Form): Promise<ClientEntity> {
    const { clientId, secret, basic } = readCredentials(authorization, form);
    const client = await this.clients.findActive(clientId);
    // Public clients have no secret; one that is sent isn't theirs.
    if (!client || client.confidential || secret !== undefined) {
      throw new OAuthError('invalid_client', 'The client is unknown, switched off, or its secret is wrong.', basic);
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
