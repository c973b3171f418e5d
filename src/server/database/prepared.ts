import pg from 'pg';

/** Names by text: the same constant each time, so that looking it up compares a pointer. */
const names = new Map<string, string>();

/**
 * Declares a statement that is asked for so often that planning it anew at each call would cost more than running it.
 * Each connection to PostgreSQL prepares it at its first use; the embedded database, whose clients come and go over one
 * session, runs it as any other.
 *
 * @param name unique; up to 63 characters
 * @param text a constant, to be handed to `query()` as it is
 * @returns the text
 */
export function prepared(name: string, text: string): string {
  const other = [...names].find(([, one]) => one === name);
  if (other && other[0] !== text) throw new Error(`There is another prepared statement "${name}".`);
  names.set(text, name);
  return text;
}

/** A connection on which statements that were declared as {@link prepared} are. */
export class PreparingClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? names.get(text) : undefined;
    // The ways to call it are many, and none is changed here but the first argument.
    return super.query(...((name ? [{ name, text, values }, ...rest] : args) as [string])) as never;
  }
}
