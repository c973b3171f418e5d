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
  private readonly outdated = new Set<string>();

  override query(...args: unknown[]): never {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? names.get(text) : undefined;
    // The ways to call it are many, and none is changed here but the first argument.
    const asItIs = (): unknown => super.query(...(args as [string]));
    if (!name || this.outdated.has(name)) return asItIs() as never;
    const answer: unknown = super.query(...([{ name, text, values }, ...rest] as unknown as [string]));
    if (!(answer instanceof Promise)) return answer as never;
    return answer.catch((error: unknown) => {
      if (!isOutdated(error)) throw error;
      this.outdated.add(name);
      return asItIs();
    }) as never;
  }
}

/**
 * Whether a column that the statement answers has another type since it was prepared, as by the migration of a newer
 * instance. PostgreSQL refuses it from then on, before it does anything, for as long as the connection lives.
 */
function isOutdated(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}
