import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/program.js';
import { openSession } from '../../src/cli/session.js';
import type { Settings } from '../../src/config/settings.js';

/** What `npm run build` built. */
export const CLI = resolve(fileURLToPath(import.meta.url), '../../../dist/cli.js');

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly complaints: string;
  /** The output, as JSON. */
  readonly json: any;
}

/** Runs a command in this process, without a terminal. */
export async function command(
  settings: Settings,
  args: readonly string[],
  input: string | Buffer = '',
): Promise<Ended> {
  const [output, complaints] = [collecting(), collecting()];
  const terminal = { input: Readable.from([Buffer.from(input)]), output: output.stream, complaints: complaints.stream };
  const code = await runProgram(args, terminal, '0.0.0', (pending) => openSession(settings, 'tester', pending));
  return ended(code, output.text(), complaints.text());
}

/** Runs the built command as a process of its own, without a terminal. */
export async function builtCommand(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: tmpdir(), env: { PATH: process.env['PATH'], ...env } });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return ended(code, output, complaints);
}

/** A line that is waited for, and what is typed then. */
export interface Step {
  readonly wait: string;
  readonly type: string;
}

/** What was seen at a terminal. */
export interface Seen {
  readonly code: number;
  /** All that the terminal showed, its own echo too. */
  readonly screen: string;
  /** Whether the terminal itself echoed when each step's text had come. */
  readonly echoed: readonly boolean[];
  /** Whether it is as it was: echoing, line by line. */
  readonly restored: boolean;
}

/** Which drives the pseudo-terminal. */
export const PYTHON = '/usr/bin/python3';
const DRIVER = join(fileURLToPath(import.meta.url), '../pseudo_terminal.py');

/** Runs the built command at a pseudo-terminal of 80 columns. */
export async function atTerminal(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  steps: readonly Step[] = [],
  columns = 80,
): Promise<Seen> {
  const plan = { command: [process.execPath, CLI, ...args], steps, columns };
  const child = spawn(PYTHON, [DRIVER], { cwd: tmpdir(), env: { PATH: process.env['PATH'], TERM: 'xterm', ...env } });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  child.stdin.end(JSON.stringify(plan));
  await once(child, 'close');
  if (output === '') throw new Error(`The pseudo-terminal failed: ${complaints}`);
  return JSON.parse(output) as Seen;
}

function ended(code: number | null, output: string, complaints: string): Ended {
  return {
    code,
    output,
    complaints,
    get json() {
      return JSON.parse(output) as unknown;
    },
  };
}

function collecting(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
