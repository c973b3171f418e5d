import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import type { ConsoleStreams } from '../server/console/console-command.js';
import { ConsoleError } from '../server/console/console-error.js';
import { ProgressLine } from './progress-line.js';
import { Prompt, readSecret } from './prompt.js';
import type { Session } from './session.js';
import { visible, visibleJson } from './shown-text.js';
import { sheet, table, type Column } from './table.js';
import { widthOf, type Terminal } from './terminal.js';

/** The most that is fetched at once. */
const PAGE = 200;
/** As many rows as somebody looks at, unless more are asked for. */
const LOOKED_AT = 50;

type Arguments = Readonly<Record<string, unknown>>;

/** How it is to be shown. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** How much of a list is wanted. */
export interface ListOptions extends OutputOptions {
  readonly limit?: number;
  readonly search?: string;
  readonly sort?: string;
  readonly all?: boolean;
}

/** Where a password comes from. */
export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

interface Page {
  readonly items: Arguments[];
  readonly nextCursor: string | null;
}

/** What the commands of the command line have in common: where they are done, and how they ask and tell. */
export class Console {
  private readonly prompt: Prompt;
  private readonly progress: ProgressLine;
  private session: Session | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly openSession: (pending: 'run' | 'refuse') => Promise<Session>,
  ) {
    this.prompt = new Prompt(terminal);
    this.progress = new ProgressLine(terminal);
  }

  /** Does it where the settings say. @throws ConsoleError */
  async run(command: string, args: Arguments = {}, pending: 'run' | 'refuse' = 'refuse'): Promise<Arguments> {
    return this.stream(command, args, {}, pending);
  }

  /** As {@link run}, of what reads or writes more than fits into arguments and answer. */
  async stream(
    command: string,
    args: Arguments,
    streams: Omit<ConsoleStreams, 'progress'>,
    pending: 'run' | 'refuse' = 'refuse',
  ): Promise<Arguments> {
    this.session ??= await this.openSession(pending);
    try {
      return (await this.session.run(command, args, {
        ...streams,
        progress: (news) => (typeof news === 'string' ? this.note(news) : this.progress.show(news)),
      })) as Arguments;
    } finally {
      this.progress.clear();
    }
  }

  /** Where a command reads: a file, or `-` for standard input. @throws ConsoleError `not-found` */
  async source(file: string): Promise<AsyncIterable<Uint8Array>> {
    if (file === '-') return this.terminal.input as AsyncIterable<Uint8Array>;
    const handle = await open(file, 'r').catch((error: unknown) => refuseFile(file, error));
    return handle.createReadStream();
  }

  /**
   * Lets a command write: to standard output, or to a new file that only this user can read. A file that was there stays,
   * and one that didn't become whole is removed.
   */
  async writeTo<Result>(
    file: string | undefined,
    how: (output: (piece: string) => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    if (file === undefined || file === '-') return how((piece) => this.send(piece));
    const handle = await open(file, 'wx', 0o600).catch((error: unknown) => refuseFile(file, error));
    try {
      const result = await how((piece) => handle.writeFile(piece));
      await handle.sync();
      await handle.close();
      return result;
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(file, { force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.session?.close();
    this.session = undefined;
  }

  /** Shows a list: on a terminal the beginning of it, as JSON all of it, unless told otherwise. */
  async list(
    command: string,
    args: Arguments,
    columns: readonly Column<Arguments>[],
    { json, limit, all }: ListOptions,
  ): Promise<void> {
    const most = limit ?? (all || json ? Infinity : LOOKED_AT);
    let left = most;
    let cursor: string | null | undefined;
    let begun = false;
    const rows: Arguments[] = [];
    do {
      const page = (await this.run(command, {
        ...args,
        limit: Math.min(PAGE, left),
        ...(cursor && { cursor }),
      })) as unknown as Page;
      left -= page.items.length;
      cursor = page.nextCursor;
      if (json) {
        for (const item of page.items) {
          this.write(`${begun ? ',' : '['}\n${visibleJson(item)}`);
          begun = true;
        }
      } else rows.push(...page.items);
    } while (cursor && left > 0);
    if (json) this.print(begun ? '\n]' : '[]');
    else if (rows.length === 0) this.note('None.');
    else this.print(table(rows, columns, widthOf(this.terminal)));
    if (!json && cursor) this.note(`… and more: --all shows them all, --limit as many as you say.`);
  }

  /** Shows one thing, each fact in a line. */
  show(result: unknown, facts: readonly (readonly [string, unknown])[], { json }: OutputOptions): void {
    this.print(json ? visibleJson(result, 2) : sheet(facts, widthOf(this.terminal)));
  }

  /** As {@link show}, of what is to be copied: nothing of it is cut. */
  showWhole(result: unknown, facts: readonly (readonly [string, unknown])[], { json }: OutputOptions): void {
    this.print(json ? visibleJson(result, 2) : sheet(facts));
  }

  /** Shows rows that are there already. */
  rows(rows: readonly Arguments[], columns: readonly Column<Arguments>[]): void {
    this.print(table(rows, columns, widthOf(this.terminal)));
  }

  /** Says that it is done. */
  done(result: unknown, sentence: string, { json }: OutputOptions): void {
    this.print(json ? visibleJson(result, 2) : visible(sentence));
  }

  /** Beside what was asked for. */
  note(line: string): void {
    this.progress.clear();
    this.terminal.complaints.write(`${visible(line)}\n`);
  }

  print(text: string): void {
    this.write(`${text}\n`);
  }

  /** Asks before something that can't be undone. @throws ConsoleError */
  async confirm(question: string, { yes }: { readonly yes?: boolean }): Promise<void> {
    if (yes) return;
    if (!this.prompt.isPossible) {
      throw new ConsoleError('usage', `This can't be undone, and there is nobody to ask: say --yes.`);
    }
    if (!(await this.prompt.confirm(question))) throw new ConsoleError('failed', 'Nothing was done.');
  }

  /** A password to be set: asked for twice. @throws ConsoleError `usage`, Interrupted */
  async newPassword(options: PasswordOptions): Promise<string> {
    const password = await this.password('New password: ', options);
    if (options.passwordStdin) return password;
    if ((await this.prompt.secret('Once more: ')) === password) return password;
    throw new ConsoleError('usage', 'The two are not the same. Nothing was done.');
  }

  /** A password. @throws ConsoleError `usage`, Interrupted */
  async password(question: string, { passwordStdin }: PasswordOptions): Promise<string> {
    if (passwordStdin) return readSecret(this.terminal);
    if (this.prompt.isPossible) return this.prompt.secret(question);
    throw new ConsoleError(
      'usage',
      'There is no terminal to ask at for the password: hand it over by --password-stdin.',
    );
  }

  /** As fast as it is taken. */
  private async send(text: string): Promise<void> {
    const { output } = this.terminal;
    if (!output.write(text)) await once(output, 'drain');
  }

  private write(text: string): void {
    this.terminal.output.write(text);
  }
}

function refuseFile(file: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') throw new ConsoleError('not-found', `There is no ${file}, or no folder for it.`);
  if (code === 'EEXIST') throw new ConsoleError('conflict', `${file} is there already, and is left as it is.`);
  throw new ConsoleError('failed', `${file} can't be used (${code ?? String(error)}).`, { cause: error });
}
