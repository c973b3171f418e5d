import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './postgres-server.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');

/** A process that runs what `npm run build` built. */
export interface BuiltService {
  readonly process: ChildProcess;
  readonly url: string;
  /** Everything that it printed so far, on standard output and on standard error. */
  readonly output: () => string;
  /** By user name, as printed at the first start. */
  readonly passwords: ReadonlyMap<string, string>;
  /** From its birth until it listened. Milliseconds. */
  readonly startedIn: number;
  /** Ends it as an operator does, or at once; answers the exit code, null after a signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** How it ended, where it didn't come to listen. */
export class DidNotStart extends Error {
  constructor(
    readonly code: number | null,
    readonly output: string,
    readonly passwords: ReadonlyMap<string, string>,
  ) {
    super(`the service ended with ${code}: ${output}`);
  }
}

/** A folder for DATA_DIR. */
export async function makeDataDir(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** When to kill a process while it starts: at once when it prints a line with these words, or after these milliseconds. */
export interface Kill {
  readonly at?: string;
  readonly after?: number;
}

/**
 * Starts `node dist/main.js` in an environment of its own, on a free port unless that names one, and waits until it
 * listens.
 *
 * @throws DidNotStart
 */
export async function startBuiltService(
  env: Readonly<Record<string, string>>,
  { at, after }: Kill = {},
): Promise<BuiltService> {
  const port = env['PORT'] ?? String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const born = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (after !== undefined) {
    const timer = setTimeout(() => child.kill('SIGKILL'), after);
    child.once('exit', () => clearTimeout(timer));
  }
  let output = '';
  const passwords = new Map<string, string>();
  const exit = once(child, 'exit') as Promise<[number | null]>;
  // A pipe that nobody reads would stop the process, so both are read to the end.
  const readLines = (stream: NodeJS.ReadableStream, listen: (line: string) => void): Promise<unknown> => {
    const lines = createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`;
      listen(line);
    });
    return once(lines, 'close');
  };
  const listening = new Promise<void>((resolveListening, reject) => {
    const outputs = [
      readLines(child.stdout, (line) => {
        if (at !== undefined && line.includes(at)) child.kill('SIGKILL');
        const account = /^ {2}(\w+) +([A-Za-z0-9]{20,}) {2,}/.exec(line);
        if (account) passwords.set(account[1]!, account[2]!);
        if (line.includes('Server listening at')) resolveListening();
      }),
      readLines(child.stderr, () => {}),
    ];
    void Promise.all([exit, ...outputs]).then(([[code]]) => reject(new DidNotStart(code, output, passwords)));
  });
  await listening;
  return {
    process: child,
    url,
    output: () => output,
    passwords,
    startedIn: performance.now() - born,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
}
