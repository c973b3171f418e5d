import { chmod, lstat, mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** What the operating system takes for the address of a socket, with its end. Bytes. */
const LONGEST = process.platform === 'linux' ? 107 : 103;

/** Where the socket is reached, for as long as it is kept open. */
export interface ConsoleAddress {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * The folder of the socket. It is the folder that keeps others away, so that there is no moment at which the socket is
 * there and open to all, whatever rights DATA_DIR has.
 */
function consoleFolder(dataDir: string): string {
  return join(dataDir, 'console');
}

/** Makes the folder, or sees to it that it is its owner's alone. @throws Error when it is somebody else's */
export async function makeConsoleFolder(dataDir: string): Promise<void> {
  const folder = consoleFolder(dataDir);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${folder} is not a folder of the user who runs the service`);
  }
  await chmod(folder, 0o700);
}

/**
 * The address of the socket. One that is too long for the operating system is taken by way of the open folder, where
 * there is such a way.
 *
 * @throws Error with a sentence when there is none; ENOENT when nothing has made the folder
 */
export async function consoleAddress(dataDir: string): Promise<ConsoleAddress> {
  const folder = consoleFolder(dataDir);
  const path = join(folder, 'socket');
  if (Buffer.byteLength(path) <= LONGEST) return { path, close: async () => undefined };
  if (process.platform !== 'linux') {
    throw new Error(`the path ${path} is longer than the address of a socket can be; let DATA_DIR be a shorter one`);
  }
  const handle: FileHandle = await open(folder, 'r');
  return { path: `/proc/self/fd/${handle.fd}/socket`, close: () => handle.close() };
}
