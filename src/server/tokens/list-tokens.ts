import type { EntityManager } from 'typeorm';
import { containing, readPage, type Page } from '../http/page.js';
import { ALIVE, TOKENS } from './liveness.js';
import type { TokenDto, TokensQueryDto } from './token-list.dto.js';

const COLUMNS = `tokens.jti, tokens.kind, tokens.account_id AS "accountId", accounts.username, tokens.client_id AS "clientId",
  tokens.name, tokens.issued_at AS "issuedAt", tokens.expires_at AS "expiresAt", tokens.last_used_at AS "lastUsedAt",
  coalesce(tokens.revoked_at, sessions.ended_at) AS "revokedAt", tokens.address, tokens.agent`;

/** A refresh token that was used is alive only to be recognised when it comes back. */
const USABLE = `${ALIVE} AND tokens.superseded_at IS NULL`;

/** A part of the registry, newest first unless asked otherwise. */
export function listTokens(
  { account, client, kind, alive, q, ...page }: TokensQueryDto,
  database: Pick<EntityManager, 'query'>,
): Promise<Page<TokenDto>> {
  const values: unknown[] = [];
  const where = (condition: (value: string) => string, value: string | undefined): string[] =>
    value === undefined ? [] : [condition(`$${values.push(value)}`)];
  return readPage<TokenDto>(
    database,
    {
      select: `${COLUMNS}, (${USABLE}) AS alive`,
      from: TOKENS,
      where: [
        ...where((value) => `tokens.account_id = ${value}`, account),
        ...where((value) => `tokens.client_id = ${value}`, client),
        ...where((value) => `tokens.kind = ${value}`, kind),
        ...where((value) => `(${USABLE}) = ${value}::boolean`, alive),
        ...where((value) => `accounts.username ILIKE ${value} OR tokens.name ILIKE ${value}`, q && containing(q)),
      ],
      values,
      sorts: { issuedAt: { sql: 'tokens.issued_at', type: 'timestamptz' } },
      id: 'tokens.jti',
    },
    page,
  );
}
