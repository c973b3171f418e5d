import type { Settings } from '../../config/settings.js';
import { DomainError } from '../domain-error.js';

/**
 * @param known the grant types that there are
 * @throws DomainError `unprocessable` for grants that there aren't, or that such a client can't use
 */
export function checkGrants(grants: readonly string[], confidential: boolean, known: readonly string[]): void {
  const unknown = grants.filter((grant) => !known.includes(grant));
  if (unknown.length > 0) {
    throw new DomainError(
      'unprocessable',
      `There is no grant type ${unknown.join(', ')}. There are: ${known.join(', ')}.`,
    );
  }
  // RFC 6749 §4.4: confidential clients only.
  if (!confidential && grants.includes('client_credentials')) {
    throw new DomainError('unprocessable', 'A public client can’t use client_credentials: it has no secret.');
  }
}

/** @throws DomainError `unprocessable` for the service's own audience */
export function checkAudience(
  audience: string | null | undefined,
  { publicUrl, tokenAudience = publicUrl }: Pick<Settings, 'publicUrl' | 'tokenAudience'>,
): void {
  const own = [publicUrl, tokenAudience].map(withoutSlash);
  if (audience && own.includes(withoutSlash(audience))) {
    throw new DomainError('unprocessable', 'This audience is the service’s own. Leave it null for that.');
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
