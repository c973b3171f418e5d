import type { Settings } from '../../config/settings.js';
import { DomainError, type FieldError } from '../domain-error.js';

/**
 * @param known the grant types that there are
 * @throws DomainError `unprocessable` for grants that there aren't, or that such a client can't use
 */
export function checkGrants(grants: readonly string[], confidential: boolean, known: readonly string[]): void {
  const there = `There are: ${known.join(', ')}.`;
  refuse(
    grants.flatMap((grant, index) => {
      const path = `grants.${index}`;
      if (!known.includes(grant)) return [{ path, message: `There is no grant type ${grant}. ${there}` }];
      // RFC 6749 §4.4: confidential clients only.
      if (confidential || grant !== 'client_credentials') return [];
      return [{ path, message: 'A public client can’t use client_credentials: it has no secret.' }];
    }),
  );
}

/** @throws DomainError `unprocessable` for the service's own audience */
export function checkAudience(
  audience: string | null | undefined,
  { publicUrl, tokenAudience = publicUrl }: Pick<Settings, 'publicUrl' | 'tokenAudience'>,
): void {
  const own = [publicUrl, tokenAudience].map(withoutSlash);
  if (audience && own.includes(withoutSlash(audience))) {
    refuse([{ path: 'audience', message: 'This audience is the service’s own. Leave it null for that.' }]);
  }
}

/** @param known of the scopes, the names that are those of permissions @throws DomainError `unprocessable` */
export function checkScopes(scopes: readonly string[], known: ReadonlySet<string>): void {
  refuse(
    scopes.flatMap((scope, index) =>
      scope.endsWith('*') || known.has(scope)
        ? []
        : [{ path: `scopes.${index}`, message: `There is no permission ${scope}.` }],
    ),
  );
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw new DomainError('unprocessable', errors.map(({ message }) => message).join(' '), { errors });
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
