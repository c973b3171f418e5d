import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { BuiltService } from './built-service.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const run = promisify(execFile);

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** Where it begins, for messages. */
  readonly line: number;
  /** The comment right above it, which readers don't see: how it is tested, or why it isn't. */
  readonly note: string | undefined;
}

/** A page of the documentation. */
export interface Page {
  /** From the root of the project, such as `docs/tokens.md`. */
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A block of shell, and the one that shows what it prints, where there is one. */
export interface ShellBlock {
  readonly code: string;
  readonly line: number;
  readonly note: string | undefined;
  readonly printed: Block | undefined;
}

/** The READMEs of the service and of the client, and all of docs/, without the decisions: those tell of the past. */
export async function readPages(): Promise<Page[]> {
  const inDocs = (await readdir(join(ROOT, 'docs'))).filter((file) => file.endsWith('.md')).toSorted();
  return Promise.all(['README.md', 'src/client/README.md', ...inDocs.map((file) => `docs/${file}`)].map(readPage));
}

/** The READMEs of the examples, whose shell has a test of its own. */
export async function readExamplePages(): Promise<Page[]> {
  const names = await readdir(join(ROOT, 'examples'));
  return Promise.all(names.map((name) => readPage(`examples/${name}/README.md`)));
}

/** @param name from the root of the project */
export async function readPage(name: string): Promise<Page> {
  const text = await readFile(join(ROOT, name), 'utf8');
  return { name, text, blocks: blocksIn(text) };
}

/** The blocks of a page, in their order. */
export function blocksIn(text: string): Block[] {
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(({ 1: language, 2: code, index }) => {
    const before = text.slice(0, index);
    return {
      language: language!,
      code: code!,
      line: before.split('\n').length,
      note: /<!-- ((?:(?!-->)[^])*?)\s*-->\s*$/.exec(before)?.[1],
    };
  });
}

/** What stands in a page beside its blocks. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^```.*\n[^]*?^```$/gm, '');
}

/** The shell of a page. What a block prints is shown by the next one, if that is of no program. */
export function shellIn(blocks: readonly Block[]): ShellBlock[] {
  return blocks.flatMap(({ language, code, line, note }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    const printed = next && ['text', 'json'].includes(next.language) && !next.note ? next : undefined;
    return [{ code, line, note, printed }];
  });
}

/**
 * Runs blocks in one shell, at this service and this application, with the passwords of the first start in the place of
 * `NAME='…'`, and the service's folder in that of `./data`. Answers what each of them printed.
 */
export async function runShell(
  blocks: readonly string[],
  service: Pick<BuiltService, 'url' | 'passwords'>,
  applicationUrl = '',
  dataDir = '',
): Promise<string[]> {
  const end = '--- end of the block ---';
  const script = blocks
    .map((code) => `${code}\nprintf '\\n%s\\n' '${end}'\n`)
    .join('')
    .replaceAll('http://127.0.0.1:8000', service.url)
    .replaceAll('http://127.0.0.1:3000', applicationUrl)
    .replaceAll('./data/', `${dataDir}/`)
    .replaceAll(/^([A-Z]+)='…'$/gm, (_, name: string) => `${name}='${service.passwords.get(name.toLowerCase())}'`);
  const { stdout } = await run('sh', ['-euc', script], { cwd: ROOT }).catch((error: unknown) => {
    const { stdout: out, stderr } = error as { stdout: string; stderr: string };
    return expect.fail(`${out.split(end).length}. block: ${out.split(end).at(-1)}\n${stderr}`);
  });
  return stdout
    .replaceAll('\r', '')
    .split(end)
    .slice(0, -1)
    .map((printed) => `${printed.trim()}\n`);
}

/** Compares what was printed with what a page shows, which has … for what it leaves out. */
export function expectPrinted(printed: string, shown: Block, where: string): void {
  if (shown.language === 'json') expectAlike(JSON.parse(printed), JSON.parse(shown.code), where);
  else expect(printed.trim(), where).toMatch(patternOf(shown.code.trim()));
}

/** In JSON, `"…"` stands for any value, and `"…": "…"` for any other members. */
function expectAlike(printed: unknown, shown: unknown, where: string): void {
  if (shown === '…') return;
  if (typeof shown === 'string') {
    expect(printed, where).toMatch(patternOf(shown));
  } else if (Array.isArray(shown)) {
    expect(printed, where).toHaveLength(shown.length);
    for (const [index, one] of shown.entries()) expectAlike((printed as unknown[])[index], one, `${where}.${index}`);
  } else if (typeof shown === 'object' && shown !== null) {
    const { '…': others, ...members } = shown as Record<string, unknown>;
    expect(Object.keys(printed as object), where).toEqual(
      others === undefined ? Object.keys(members) : expect.arrayContaining(Object.keys(members)),
    );
    for (const [name, one] of Object.entries(members)) {
      expectAlike((printed as Record<string, unknown>)[name], one, `${where}.${name}`);
    }
  } else expect(printed, where).toBe(shown);
}

/** Text as a pattern for the whole of what is printed: a line … matches any lines, and … in a line any of it. */
function patternOf(text: string): RegExp {
  const lines = text
    .split('\n')
    .map((line) =>
      line === '…' ? '[^]*?' : line.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll('…', '[^\\n]*?'),
    );
  return new RegExp(`^${lines.join('\n')}$`);
}

/** The anchors that GitHub gives to the headings of a page; one that comes again is numbered. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.replaceAll(/^```.*\n[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const anchor = heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}
