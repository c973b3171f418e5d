/**
 * Classes and codes of SQLSTATE that say "not now" (PostgreSQL, appendix A): connection, resources, shutdown, recovery;
 * a statement that took too long, a lock that wasn't to be had, a server that has become read-only.
 */
const UNAVAILABLE_STATE = /^(08|53|57P0[1-5]|57014|40P01|55P03|25006)/;
const UNAVAILABLE_CODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** TypeORM's, of a transaction whose connection broke between two of its statements: it has let go of the connection by then. */
const BROKEN_BETWEEN = new Set(['QueryRunnerProviderAlreadyReleasedError', 'QueryRunnerAlreadyReleasedError']);

/** Whether an error of a query says that the database can't be reached now, rather than that the query is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string' && (UNAVAILABLE_CODE.has(code) || UNAVAILABLE_STATE.test(code))) return true;
  if (BROKEN_BETWEEN.has(error.name)) return true;
  // node-postgres has no codes for these.
  if (
    /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable|connection error/i.test(
      error.message,
    )
  )
    return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  return isDatabaseUnavailable(error.cause);
}

/** Whether an error of a query says that the database has no room on its disk. */
export function isDatabaseFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as Error & { code?: unknown }).code === '53100' || isDatabaseFull(error.cause);
}
