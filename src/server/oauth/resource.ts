import type { ActiveClient } from '../clients/clients.service.js';
import { OAuthError } from './oauth-error.js';

/**
 * The audience that a request asks for (RFC 8707 §2): the client's own, or one of those that it may ask for beside.
 * Undefined when none is asked for; then the token gets the client's own.
 *
 * @param byDefault the audience of clients that have none of their own
 * @throws OAuthError `invalid_target`
 */
export function parseResource(
  resource: string | undefined,
  { audience, resources }: Pick<ActiveClient, 'audience' | 'resources'>,
  byDefault: string,
): string | undefined {
  if (resource === undefined || resource === (audience ?? byDefault) || resources.includes(resource)) return resource;
  throw new OAuthError('invalid_target', 'The client may not ask for tokens for this resource (RFC 8707 2).');
}
