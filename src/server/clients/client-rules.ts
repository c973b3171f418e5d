import type { Settings } from '../../config/settings.js';
import { fieldError } from '../domain-error.js';

/**
 * @param known the grant types that there are
 * @throws DomainError `unprocessable` for grants that there aren't, or that such a client can't use
 */
export function checkGrants(grants: readonly string[], confidential: boolean, known: readonly string[]): void {
  for (const [index, grant] of grants.entries()) {
    const path = `grants.${index}`;
    if (!known.includes(grant)) {
      throw fieldError('unprocessable', path, `There is no grant type ${grant}. There are: ${known.join(', ')}.`);
    }
    // RFC 6749 §4.4: confidential clients only.
    if (!confidential && grant === 'client_credentials') {
      throw fieldError('unprocessable', path, 'A public client can’t use client_credentials: it has no secret.');
    }
  }
}

/** @throws DomainError `unprocessable` for the service's own audience */
export function checkAudience(
  audience: string | null | undefined,
  { publicUrl, tokenAudience = publicUrl }: Pick<Settings, 'publicUrl' | 'tokenAudience'>,
): void {
  const own = [publicUrl, tokenAudience].map(withoutSlash);
  if (audience && own.includes(withoutSlash(audience))) {
    throw fieldError('unprocessable', 'audience', 'This audience is the service’s own. Leave it null for that.');
  }
}

/** @param known of the scopes, the names that are those of permissions @throws DomainError `unprocessable` */
export function checkScopes(scopes: readonly string[], known: ReadonlySet<string>): void {
  for (const [index, scope] of scopes.entries()) {
    if (scope.endsWith('*') || known.has(scope)) continue;
    throw fieldError('unprocessable', `scopes.${index}`, `There is no permission ${scope}.`);
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
