import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');

/** Sources of the service as JavaScript, for processes of their own that a test may kill. */
export interface CompiledSources {
  /** The address of a module, by its path below `src` without the ending. */
  module(path: string): string;
  remove(): Promise<void>;
}

/** Compiles folders below `src`, without looking at types. Folders they import must be named too. */
export async function compileSources(folders: readonly string[]): Promise<CompiledSources> {
  const out = await mkdtemp(join(tmpdir(), 'gatehouse-test-sources-'));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  // A file alone doesn't show whether nodenext means an ECMAScript module.
  const compilerOptions = { ...options, sourceMap: false, module: ts.ModuleKind.ESNext };
  await writeFile(join(out, 'package.json'), '{"type":"module"}');
  await symlink(join(ROOT, 'node_modules'), join(out, 'node_modules'), 'junction');
  for (const folder of folders) {
    for (const file of await readdir(join(ROOT, 'src', folder), { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const fileName = join(ROOT, 'src', folder, file);
      const target = join(out, folder, file.replace(/\.ts$/, '.js'));
      const source = await readFile(fileName, 'utf8');
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, ts.transpileModule(source, { fileName, compilerOptions }).outputText);
    }
  }
  return {
    module: (path) => pathToFileURL(join(out, `${path}.js`)).href,
    remove: () => rm(out, { recursive: true, force: true }),
  };
}

/** A process of its own that speaks in lines. */
export interface Child {
  readonly process: ChildProcess;
  /** The next line it prints. Rejects with what it wrote to stderr if it ends instead. */
  line(): Promise<string>;
  say(line: string): void;
  /** Ends it at once (`kill -9`), and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs a piece of JavaScript (an ECMAScript module) in a process of its own. */
export function startChild(script: string): Child {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exit = once(child, 'close');
  return {
    process: child,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The process ended: ${errors}`);
      return value;
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
