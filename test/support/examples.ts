import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import type { BuiltService } from './built-service.js';
import { blocksIn, runShell, shellIn, type ShellBlock } from './pages.js';
import { freePort } from './postgres-server.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const EXAMPLES = join(ROOT, 'examples');
const run = promisify(execFile);

/** The packages of this project. */
export type PackageName = 'nest-gatehouse' | 'nest-gatehouse-client';

/** An example that runs in a process of its own. */
export interface RunningExample {
  readonly url: string;
  /** Everything that it printed so far. */
  output(): string;
  /** Asks it; a token goes into the header. */
  ask(path: string, token?: string): Promise<{ status: number; headers: Headers; text: string }>;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
}

/** Packs one of the packages, as it would be published, into a folder; answers the path of the tarball. */
export async function pack(name: PackageName, folder: string): Promise<string> {
  if (name === 'nest-gatehouse-client') {
    const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/pack-client.mjs'), join(folder, 'client')]);
    return stdout.trim().split('\n').at(-1)!;
  }
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: ROOT, shell: process.platform === 'win32' });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

/** A new folder for examples. */
export async function makeFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-examples-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Gives a folder the packages that this project has installed and, in the place of ours, what would be published. Faster
 * than to install them, for which there is a test of its own.
 */
export async function linkModules(folder: string, names: readonly PackageName[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  }
  for (const name of names) {
    await mkdir(join(modules, name));
    await run('tar', ['xzf', await pack(name, folder), '--strip-components=1', '-C', join(modules, name)]);
  }
}

/** The text of a file of an example. */
export function readExample(name: string, file = 'src/main.ts'): Promise<string> {
  return readFile(join(EXAMPLES, name, file), 'utf8');
}

/** Copies an example into a folder. */
export async function copyExample(name: string, folder: string, as = name): Promise<string> {
  const copy = join(folder, as);
  await cp(join(EXAMPLES, name), copy, { recursive: true });
  return copy;
}

/** Builds what was copied. */
export async function buildExample(folder: string): Promise<void> {
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: folder }).catch(
    ({ stdout }: { stdout: string }) => expect.fail(stdout),
  );
}

/** Starts what was built, and waits until it answers. */
export async function startExample(
  folder: string,
  env: Readonly<Record<string, string>>,
  program = 'dist/main.js',
): Promise<RunningExample> {
  const port = env['PORT'] ?? String(await freePort());
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const url = `http://127.0.0.1:${port}`;
  const isThere = (): Promise<boolean> =>
    fetch(url).then(
      () => true,
      () => false,
    );
  // An embedded database is made at the first start, which takes its time where others run beside.
  const patience = { timeout: 120_000, interval: 50 };
  await vi
    .waitUntil(async () => child.exitCode !== null || (await isThere()), patience)
    .catch((error: unknown) => {
      child.kill('SIGKILL');
      throw new Error(`${folder} didn't answer: ${output}`, { cause: error });
    });
  if (child.exitCode !== null) throw new Error(`${folder} ended with ${child.exitCode}: ${output}`);
  return {
    url,
    output: () => output,
    async ask(path, token) {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(url + path, { headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = (await exited) as [number | null, string | null];
      // Nest ends itself by the same signal when all is closed.
      expect(code === 0 || signal === 'SIGTERM', output).toBe(true);
    },
  };
}

/** The shell of an example's README. */
export async function shellOf(name: string): Promise<ShellBlock[]> {
  return shellIn(blocksIn(await readExample(name, 'README.md')));
}

/** Registers an example at a service, as its README says; answers the environment that it is started in. */
export async function register(name: string, service: Pick<BuiltService, 'url' | 'passwords'>): Promise<string> {
  const [block] = await shellOf(name);
  return (await runShell([block!.code, 'echo "$GATEHOUSE"'], service)).at(-1)!.trim();
}

/**
 * What `diff -ru` says of the sources of two examples, but for the times of the files, which are those of a checkout, and
 * the space that is all there is in an empty line, which editors take away.
 */
export async function diffOf(left: string, right: string): Promise<string> {
  const args = ['-ru', `examples/${left}/src`, `examples/${right}/src`];
  const { stdout } = await run('diff', args, { cwd: ROOT }).catch((error: unknown) => error as { stdout: string });
  return stdout.replaceAll(/^((?:---|\+\+\+) \S+)\t.*$/gm, '$1').replaceAll(/^ $/gm, '');
}
