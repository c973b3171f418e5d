import type { Repository } from 'typeorm';
import type { PageQueryDto } from './page.dto.js';

/** What a row needs to be listed. `createdAt` must be kept in whole milliseconds, or rows would be skipped. */
interface Listed {
  id: string;
  createdAt: Date;
}

/** Reads one page of a table, newest first. Rows that come or go in the meantime neither repeat others nor hide them. */
export async function readPage<Row extends Listed>(
  table: Repository<Row>,
  { limit, cursor }: PageQueryDto,
): Promise<{ items: Row[]; nextCursor: string | null }> {
  const query = table.createQueryBuilder('row').orderBy('row.createdAt', 'DESC').addOrderBy('row.id', 'DESC');
  if (cursor) query.where('(row.createdAt, row.id) < (:createdAt, :id)', readCursor(cursor));
  // One more than asked for tells whether any follow.
  const rows = await query.limit(limit + 1).getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? writeCursor(last) : null };
}

/** Where a row stands in its list, as a text. */
export function writeCursor({ createdAt, id }: Listed): string {
  return `${createdAt.getTime()}-${id}`;
}

/** Reads what {@link writeCursor} wrote. */
export function readCursor(cursor: string): Listed {
  const dash = cursor.indexOf('-');
  return { createdAt: new Date(Number(cursor.slice(0, dash))), id: cursor.slice(dash + 1) };
}
