import type { EntityManager } from 'typeorm';
import { isUuid } from '../../policy/index.js';
import { DomainError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';

/**
 * The id of the account that people call so: by user name or mail address in any spelling that means the same, or by id.
 * A user name looks like neither of the others, so it is never two.
 *
 * @throws DomainError `not-found`
 */
export async function idOfAccount(
  name: string,
  kind: 'user' | 'service',
  database: Pick<EntityManager, 'query'>,
): Promise<string> {
  const [row] = await database.query<{ id: string }[]>(
    `SELECT id FROM gatehouse.accounts WHERE kind = $2 AND ${isUuid(name) ? 'id = $1' : '(username_key = $1 OR email_key = $1)'}`,
    [isUuid(name) ? name : nameKey(name), kind],
  );
  if (row) return row.id;
  throw new DomainError('not-found', `There is no ${kind === 'user' ? 'person’s' : 'service'} account “${name}”.`);
}
