import { StringDecoder } from 'node:string_decoder';
import { ConsoleError } from '../server/console/console-error.js';
import { Interrupted } from './exit-code.js';
import { visible } from './shown-text.js';
import type { Terminal } from './terminal.js';

/** A password is 128 characters at most; this is what is read of a pipe before it is given up. Bytes. */
const MOST_READ = 4_096;

const BACKSPACE = new Set(['\u007F', '\b']);
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
/** Arrow keys and the like, and the marks that some terminals set around what is pasted. */
// oxlint-disable-next-line no-control-regex -- keys are sent as control characters
const KEYS = /\u001B(?:\[[0-9;]*[A-Za-z~]|O[A-Z])/g;

/** Asks whoever sits at the terminal. */
export class Prompt {
  /** What was typed, or pasted, beyond the end of the line: it belongs to the next question. */
  private ahead = '';

  constructor(private readonly terminal: Terminal) {}

  /** Whether there is anybody to ask. */
  get isPossible(): boolean {
    return this.terminal.input.isTTY === true && this.terminal.input.setRawMode !== undefined;
  }

  /** @throws Interrupted */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.ask(`${visible(question)} [y/N] `, true)).trim());
  }

  /** Asks for something that must not show. @throws Interrupted */
  secret(question: string): Promise<string> {
    return this.ask(question, false);
  }

  /**
   * Reads keys one by one: the terminal itself would show them. It is put back whatever happens, and by Node itself when
   * the process is ended.
   */
  private async ask(question: string, shows: boolean): Promise<string> {
    const { input, complaints } = this.terminal;
    const decoder = new StringDecoder('utf8');
    // Before the question, so that nothing shows that is typed in answer to it.
    input.setRawMode!(true);
    try {
      complaints.write(question);
      let line = '';
      for (;;) {
        const typed = this.ahead || decoder.write(await nextChunk(input)).replaceAll(KEYS, '');
        this.ahead = '';
        const characters = Array.from(typed);
        for (const [index, character] of characters.entries()) {
          if (character === CTRL_C || (character === CTRL_D && line === '')) throw new Interrupted();
          if (character === '\r' || character === '\n') {
            this.ahead = characters.slice(index + 1).join('');
            return line;
          }
          if (character === CTRL_U) line = '';
          else if (BACKSPACE.has(character)) line = Array.from(line).slice(0, -1).join('');
          else if (character !== CTRL_D) {
            line += character;
            if (shows) complaints.write(visible(character));
          }
        }
      }
    } finally {
      input.setRawMode!(false);
      input.pause();
      complaints.write('\n');
    }
  }
}

/** All of standard input but the end of its line. @throws ConsoleError `usage` */
export async function readSecret({ input }: Pick<Terminal, 'input'>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > MOST_READ) throw new ConsoleError('usage', 'Standard input holds more than a password.');
  }
  const secret = textOf(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  if (secret === '') throw new ConsoleError('usage', 'Standard input holds no password.');
  return secret;
}

/** Verbatim: what isn't UTF-8 is refused rather than replaced, or two different passwords could become one. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConsoleError('usage', 'Standard input isn’t UTF-8.');
  }
}

/** The terminal may be closed: then there is nobody to ask any more. */
function nextChunk(input: NodeJS.ReadableStream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const listeners = {
      data: (chunk: Buffer | string) => settle(() => resolve(Buffer.from(chunk))),
      end: () => settle(() => reject(new Interrupted())),
      error: (error: Error) => settle(() => reject(error)),
    };
    const settle = (how: () => void): void => {
      for (const [event, listener] of Object.entries(listeners)) input.removeListener(event, listener);
      input.pause();
      how();
    };
    for (const [event, listener] of Object.entries(listeners)) input.on(event, listener);
    input.resume();
  });
}
