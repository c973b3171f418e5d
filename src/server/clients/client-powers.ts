import { Grants } from '../../policy/index.js';
import type { UpdateClientDto } from './client.dto.js';
import type { ClientEntity } from './client.entity.js';

type Scopes = readonly string[] | null;

/**
 * The most that tokens of a client can do, as names and patterns: its scopes, or everything where it isn't limited; one
 * of a service account never more than that account.
 */
export function powersOf(scopes: Scopes, account?: readonly string[]): readonly string[] {
  return account ?? scopes ?? ['*'];
}

/** The scopes that weren't covered before; null when a limit is taken away. */
export function addedScopes(former: Scopes, present: Scopes): Scopes {
  if (former === null) return [];
  if (present === null) return null;
  const covered = new Grants(former);
  return present.filter((scope) => !covered.allows(scope));
}

/**
 * Whether a change gives somebody new the use of what the client may do: where its tokens go, how they are got, or that
 * there are any. A new name doesn't, nor does switching it off.
 */
export function widens(client: ClientEntity, changes: UpdateClientDto): boolean {
  const differs = (key: 'grants' | 'audience' | 'resources' | 'redirectUris' | 'permissionPrefixes'): boolean =>
    changes[key] !== undefined && JSON.stringify(changes[key]) !== JSON.stringify(client[key]);
  return (
    (changes.isActive === true && !client.isActive) ||
    differs('grants') ||
    differs('audience') ||
    differs('resources') ||
    differs('redirectUris') ||
    differs('permissionPrefixes')
  );
}
