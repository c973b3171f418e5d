/** Classes and codes of SQLSTATE that say "not now" (PostgreSQL, appendix A): connection, resources, shutdown, recovery. */
const UNAVAILABLE_STATE = /^(08|53|57P0[1-5])/;
const UNAVAILABLE_CODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether an error of a query says that the database can't be reached now, rather than that the query is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string' && (UNAVAILABLE_CODE.has(code) || UNAVAILABLE_STATE.test(code))) return true;
  // node-postgres has no codes for these.
  if (
    /connection terminated|timeout exceeded when trying to connect|not queryable|connection error/i.test(error.message)
  )
    return true;
  return error instanceof AggregateError && error.errors.some(isDatabaseUnavailable);
}
