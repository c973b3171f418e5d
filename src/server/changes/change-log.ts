import type { Change } from '../../validity/index.js';
import type { Cursor } from './cursor.js';

/** More than this at once isn't read: everything is dropped instead. */
const MOST_ROWS = 5_000;

interface Look {
  readonly recovering: boolean;
  readonly incarnation: string;
  readonly latest: number;
  readonly swept_to: number;
  readonly rows: readonly [position: number, kind: Change['kind'], subject: string][];
}

/** Runs one query. */
export interface Query {
  (query: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/** What one look at the log brought. */
export interface News {
  readonly changes: readonly Change[];
  /** Where the reader is when it has applied them. */
  readonly cursor: Cursor;
}

/** A replica or a server in recovery answers with an old truth, and is not believed. */
class ServerRecoveringError extends Error {
  override readonly name = 'ServerRecoveringError';
}

const LOOK = {
  name: 'gatehouse-changes',
  text: `SELECT pg_is_in_recovery() AS recovering, incarnation.id AS incarnation, change_sweep.swept_to::float8,
                (SELECT coalesce(max(position), 0)::float8 FROM gatehouse.changes) AS latest,
                coalesce((SELECT json_agg(json_build_array(position, kind, subject) ORDER BY position)
                            FROM (SELECT position, kind, subject FROM gatehouse.changes
                                   WHERE position > $1 ORDER BY position LIMIT ${MOST_ROWS + 1}) AS newer), '[]') AS rows
           FROM gatehouse.incarnation, gatehouse.change_sweep`,
};

const ALL: readonly Change[] = [{ kind: 'all', subject: '' }];

/**
 * Reads what was committed after a cursor. One statement, so one snapshot; positions are in commit order, so nothing
 * below the last one seen can appear later.
 *
 * A gap drops everything: a cursor that the sweep has passed, one above the latest position, or one of another
 * incarnation of the database. So does the first look, which has no cursor.
 *
 * @throws ServerRecoveringError
 */
export async function readChanges(query: Query, cursor: Cursor | undefined): Promise<News> {
  const { rows } = await query({ ...LOOK, values: [cursor?.position ?? Number.MAX_SAFE_INTEGER] });
  const look = rows[0] as Look;
  if (look.recovering) throw new ServerRecoveringError('the database is a replica, or in recovery');
  const latest = Math.max(look.latest, look.swept_to);
  const last = look.rows.at(-1)?.[0] ?? cursor?.position ?? latest;
  const whole =
    cursor !== undefined &&
    cursor.incarnation === look.incarnation &&
    cursor.position >= look.swept_to &&
    cursor.position <= latest &&
    look.rows.length <= MOST_ROWS;
  if (!whole) return { changes: ALL, cursor: { incarnation: look.incarnation, position: latest } };
  const changes = look.rows.map(([, kind, subject]) => ({ kind, subject }));
  return { changes, cursor: { incarnation: look.incarnation, position: last } };
}
