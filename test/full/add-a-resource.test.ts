import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
/** What is made from the rest, or belongs to one copy only. */
const LEFT_OUT = new Set(['node_modules', 'data', 'dist', 'dist-client', '.git', '.env']);
const ROUTES = 'test/routes.snapshot.txt';

const page = await readFile(join(ROOT, 'docs/add-a-resource.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}));
const codeOf = (language: string) => blocks.filter((block) => block.language === language).map(({ code }) => code);

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'gatehouse-add-a-resource-'));
  await cp(ROOT, copy, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterAll(() => rm(copy, { recursive: true, force: true }));

describe('docs/add-a-resource.md', () => {
  it('makes a resource that compiles, passes the lint rules and its own test, and has the routes that it shows', async () => {
    for (const code of codeOf('ts')) await write(code);
    const [change, routes] = codeOf('diff') as [string, string];
    await apply(change);
    const files = [...codeOf('ts').map((code) => nameOf(code)), 'src/app.module.ts'];
    await run(['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.check.json']);
    await run(['node_modules/oxlint/bin/oxlint', '--deny-warnings', ...files]);
    await run(['node_modules/prettier/bin/prettier.cjs', '--check', ...files]);
    await run(['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--no-progress', 'src/contracts']);

    const before = await readFile(join(copy, ROUTES), 'utf8');
    const commands = codeOf('sh').flatMap((code) => code.trim().split('\n'));
    expect(commands).toEqual([
      'npx vitest run test/contracts.test.ts',
      expect.stringMatching('^npx vitest run .* -u$'),
    ]);
    for (const command of commands)
      await run(command.replace('npx vitest', 'node_modules/vitest/vitest.mjs').split(' '));
    const after = await readFile(join(copy, ROUTES), 'utf8');
    expect(addedLines(before, after)).toEqual(routes.trim().split('\n'));
  }, 300_000);

  it('shows at least one file of each kind', () => {
    const files = codeOf('ts').map((code) => nameOf(code));
    for (const kind of ['permissions', 'entity', 'migration', 'dto', 'check', 'controller', 'module', 'test']) {
      expect(files.join('\n')).toContain(`.${kind}.ts`);
    }
  });
});

/** The file that a block is, as its first line says. */
function nameOf(code: string): string {
  const name = /^\/\/ ((?:src|test)\/\S+)\n/.exec(code)?.[1];
  if (name === undefined) throw new Error(`A block doesn't begin with the name of its file: ${code.slice(0, 100)}`);
  return name;
}

async function write(code: string): Promise<void> {
  const file = join(copy, nameOf(code));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
}

/** Applies a change as people read it: by the lines around, not by line numbers, which would change too often. */
async function apply(diff: string): Promise<void> {
  const file = join(copy, /^\+\+\+ b\/(\S+)$/m.exec(diff)![1]!);
  let text = await readFile(file, 'utf8');
  for (const hunk of diff.split(/^@@.*\n/m).slice(1)) {
    const lines = hunk.trimEnd().split('\n');
    const side = (other: string) =>
      lines
        .filter((line) => !line.startsWith(other))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    expect(text.split(side('+')), side('+')).toHaveLength(2);
    text = text.replace(side('+'), () => side('-'));
  }
  await writeFile(file, text);
}

/** Runs a program of the copy on the PostgreSQL of this run. Shows what it printed if it fails. */
async function run(args: readonly string[]): Promise<void> {
  // Those that vitest sets for its own workers would confuse another vitest.
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TEST_DATABASE_URL: inject('postgresUrl') };
  await promisify(execFile)(process.execPath, args, { cwd: copy, env }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
    },
  );
}

function addedLines(before: string, after: string): string[] {
  const old = new Set(before.split('\n'));
  const now = after.split('\n');
  expect([...old].filter((line) => !now.includes(line))).toEqual([]);
  return now.filter((line) => !old.has(line)).map((line) => `+${line}`);
}
