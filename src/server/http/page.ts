import type { EntityManager } from 'typeorm';
import { ProblemException } from '../../access/index.js';

/** What a list can be sorted by: an expression that is never null, and its type, as PostgreSQL writes them. */
export interface SortKey {
  readonly sql: string;
  readonly type: 'text' | 'timestamptz';
}

/** How a list is read. What stands in it is ours, never the caller's; theirs goes into `values`. */
export interface Listing {
  /** The columns, and where they come from, up to the condition. */
  readonly select: string;
  readonly from: string;
  /** Conditions, all of which must hold; `$1` and so on are `values`. */
  readonly where: readonly string[];
  readonly values: readonly unknown[];
  /** By the name that callers use. */
  readonly sorts: Readonly<Record<string, SortKey>>;
  /** The unique column that settles ties, and its type if it is to be compared as that: an index can serve it then. */
  readonly id: string;
  readonly idType?: 'bigint';
}

/** Which part is wanted. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A name among `sorts`; with `-` before it, downwards. */
  readonly sort: string;
}

/** A part of a list. */
export interface Page<Row> {
  readonly items: Row[];
  readonly nextCursor: string | null;
}

/**
 * Reads one page by keyset: rows that come or go in the meantime neither repeat others nor hide them, and the last page
 * costs what the first does.
 *
 * @throws ProblemException 400 for a cursor that isn't one of this list in this order
 */
export async function readPage<Row extends object>(
  manager: Pick<EntityManager, 'query'>,
  { select, from, where, values, sorts, id, idType }: Listing,
  { limit, cursor, sort }: PageQuery,
): Promise<Page<Row>> {
  const down = sort.startsWith('-');
  const key = sorts[down ? sort.slice(1) : sort]!;
  const after = cursor === undefined ? undefined : readCursor(cursor, sort);
  const given = [...values];
  const conditions = [...where];
  const tie = idType ? id : `${id}::text`;
  if (after) {
    given.push(after.value, after.id);
    conditions.push(
      `(${key.sql}, ${tie}) ${down ? '<' : '>'} ($${given.length - 1}::${key.type}, $${given.length}::${idType ?? 'text'})`,
    );
  }
  const direction = down ? 'DESC' : 'ASC';
  // One more than asked for tells whether any follow.
  const read = manager.query<(Row & { cursor_value: string; cursor_id: string })[]>(
    `SELECT ${select}, (${key.sql})::text AS cursor_value, ${id}::text AS cursor_id FROM ${from}
     ${conditions.length > 0 ? `WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}` : ''}
     ORDER BY ${key.sql} ${direction}, ${tie} ${direction} LIMIT ${limit + 1}`,
    given,
  );
  const rows = await read.catch((error: unknown) => {
    throw after && isDataError(error) ? foreignCursor() : error;
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = last && rows.length > limit ? writeCursor(sort, last.cursor_value, last.cursor_id) : null;
  const items = shown.map(({ cursor_value: _value, cursor_id: _id, ...row }) => row as unknown as Row);
  return { items, nextCursor };
}

/** A pattern for `ILIKE` that finds the text as it is, wherever it stands. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function writeCursor(sort: string, value: string, id: string): string {
  return Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');
}

function readCursor(cursor: string, sort: string): { value: string; id: string } {
  try {
    const [of, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === sort && typeof value === 'string' && typeof id === 'string') return { value, id };
  } catch {
    // Said below.
  }
  throw foreignCursor();
}

/** A cursor that was made up can hold a time that is none, which only PostgreSQL can tell (class 22, data exception). */
function isDataError(error: unknown): boolean {
  const { code } = (error as { driverError?: { code?: unknown } }).driverError ?? {};
  return typeof code === 'string' && code.startsWith('22');
}

function foreignCursor(): ProblemException {
  const message = 'cursor must be the nextCursor of an answer to the same list, sorted the same way';
  return new ProblemException({
    title: 'Bad Request',
    status: 400,
    detail: `${message}.`,
    errors: [{ path: 'cursor', message }],
  });
}
