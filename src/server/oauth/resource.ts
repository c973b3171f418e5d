import type { ActiveClient } from '../clients/clients.service.js';
import { OAuthError } from './oauth-error.js';

/** Of a client, what says which audiences it may ask for. */
type Audiences = Pick<ActiveClient, 'audience' | 'resources'>;

/**
 * Whether the client may have tokens for this audience: its own, or one of those that it may ask for beside.
 *
 * @param byDefault the audience of clients that have none of their own
 */
export function mayAskFor(resource: string, { audience, resources }: Audiences, byDefault: string): boolean {
  return resource === (audience ?? byDefault) || resources.includes(resource);
}

/**
 * The audience that a request asks for (RFC 8707 §2). Undefined when none is asked for; then the token gets the client's
 * own.
 *
 * @throws OAuthError `invalid_target` for one that the client may not ask for, as {@link mayAskFor} says
 */
export function parseResource(resource: string | undefined, client: Audiences, byDefault: string): string | undefined {
  if (resource === undefined || mayAskFor(resource, client, byDefault)) return resource;
  throw new OAuthError('invalid_target', 'The client may not ask for tokens for this resource (RFC 8707 2).');
}
