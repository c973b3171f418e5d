import { PGlite } from '@electric-sql/pglite';
import { pg_trgm as trigrams } from '@electric-sql/pglite/contrib/pg_trgm';
import { DurableFiles } from './durable-files.js';

/** A query of a database that has given up. The code is PostgreSQL's own for that, crash_shutdown. */
class DatabaseCrashedError extends Error {
  override readonly name = 'DatabaseCrashedError';
  readonly code = '57P02';
}

/**
 * Starts PGlite in a folder.
 *
 * Where PostgreSQL panics, as it must when its log can't be written, it ends its process and recovers in a new one. PGlite
 * has no process to end: it would go on with whatever is in its memory, or never answer again. Here nothing that it says
 * from then on is believed, and every query fails. What it had acknowledged is on the disk.
 *
 * @param onPanic told once, with what PostgreSQL said
 */
export async function startPglite(folder: string, onPanic: (reason: string) => void): Promise<PGlite> {
  let reason = 'it did not say why';
  let crashed = false;
  const files = new DurableFiles(folder, () => {
    if (crashed) return;
    crashed = true;
    onPanic(reason);
  });
  const pglite = await PGlite.create({
    fs: files,
    startParams: DurableFiles.startParams,
    // What a migration may ask for: in this database an extension is there only if it is brought along.
    extensions: { trigrams },
    onStderr: (line) => {
      if (!crashed) reason = / PANIC: +(.+)/.exec(line)?.[1] ?? reason;
      return true;
    },
  });
  const believed = <T>(answer: T): T => {
    if (crashed) throw new DatabaseCrashedError(`the embedded database has given up: ${reason}`);
    return answer;
  };
  const run = pglite.execProtocolStream.bind(pglite);
  pglite.execProtocolStream = async (...message) => {
    believed(undefined);
    return believed(await run(...message));
  };
  return pglite;
}
