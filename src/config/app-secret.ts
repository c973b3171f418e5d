import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isStrongSecret } from './secret-strength.js';
import { SettingsError } from './setting.js';

/**
 * The secret of a development service: read from `<dataDir>/app-secret`, or made there (64 hexadecimal digits, readable
 * by its owner only). Callers that start at once on an empty folder all get the same one.
 *
 * @throws SettingsError if the folder can't be used, or the file holds no secret. A bad file is never replaced: what
 *   was encrypted under its former content would be lost.
 */
export async function readOrMakeAppSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, 'app-secret');
  try {
    const secret = (await read(file)) ?? (await make(dataDir, file));
    if (isStrongSecret(secret)) return secret;
  } catch (error) {
    throw new SettingsError([
      `The secret in ${file} can't be read or made (${(error as Error).message}); DATA_DIR must be a folder that the service may write to.`,
    ]);
  }
  throw new SettingsError([
    `${file} holds no secret of at least 32 bytes; restore it from a backup, or delete it together with the database whose keys were encrypted under it.`,
  ]);
}

/** The secret that a development service has made there; undefined where there is none that can be read. */
export async function readAppSecret(dataDir: string): Promise<string | undefined> {
  return read(join(dataDir, 'app-secret')).catch(() => undefined);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole under another name, then linked: the name appears at once with its content, for one of the makers. */
async function make(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('hex');
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${secret}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(file, 'utf8')).trim();
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
