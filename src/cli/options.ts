import { InvalidArgumentError, type Command } from 'commander';
import { ConsoleError } from '../server/console/console-error.js';

/** Adds an option that may be given several times. */
export function severalOf(command: Command, flags: string, description: string): Command {
  return command.option(flags, description, (value: string, former?: string[]) => [...(former ?? []), value]);
}

/** Adds what every command has that shows something. */
export function showing(command: Command): Command {
  return command.option('--json', 'print one JSON value, for scripts');
}

/** Adds what every list has. */
export function listing(command: Command, sorts?: string): Command {
  command
    .option('-q, --search <text>', 'only those that contain it, whatever the case')
    .option('--limit <number>', 'so many rows at most', wholeNumber)
    .option('--all', 'all rows; without, the first 50 (with --json: all)');
  if (sorts) command.option('--sort <by>', `${sorts}; with - before it, downwards (--sort=-…)`);
  return showing(command);
}

/** Adds what every command has that can't be undone. */
export function destructive(command: Command): Command {
  return showing(command).option('-y, --yes', "don't ask");
}

/** An option's number. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

/** What a command changes. @throws ConsoleError `usage` when it is nothing: something was forgotten, or mistyped */
export function changing(changes: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(changes).length > 0) return changes;
  throw new ConsoleError('usage', 'Nothing was said that is to change: --help shows what can.');
}

/** The options of a list, as the service knows them. */
export function query({ search, sort }: { search?: string; sort?: string }): Record<string, unknown> {
  return { ...(search !== undefined && { q: search }), ...(sort !== undefined && { sort }) };
}

/** What was given of these. */
export function given(options: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}
