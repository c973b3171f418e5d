import type { EntityManager } from 'typeorm';
import type { PageQueryDto } from '../http/page.dto.js';
import { containing, readPage, type Page } from '../http/page.js';
import type { SigningKeyDto } from './keys.dto.js';

/** A part of the list of signing keys, newest first. */
export function listKeys(
  { limit, cursor, q }: PageQueryDto,
  database: Pick<EntityManager, 'query'>,
): Promise<Page<SigningKeyDto>> {
  return readPage<SigningKeyDto>(
    database,
    {
      select: `kid, algorithm, state, created_at AS "createdAt", activated_at AS "activatedAt", retired_at AS "retiredAt"`,
      from: 'gatehouse.signing_keys',
      where: q ? ['kid ILIKE $1 OR state ILIKE $1'] : [],
      values: q ? [containing(q)] : [],
      sorts: { createdAt: { sql: 'created_at', type: 'timestamptz' } },
      id: 'kid',
    },
    { limit, cursor, sort: '-createdAt' },
  );
}
