import type { Command } from 'commander';
import { ConsoleError } from '../server/console/console-error.js';
import type { Console, OutputOptions } from './console.js';
import { showing } from './options.js';

/** `gatehouse db …` */
export function addDatabase(program: Command, console: Console): void {
  const db = program.command('db').description('the database');

  showing(db.command('status').description('say where it is, and whether it is up to date'))
    .addHelpText('after', '\nExit code 0: it is up to date. 1: there are migrations to run.')
    .action(async (options: OutputOptions) => {
      const status = await console.run('db.status').catch(statusOfPending);
      const pending = status['pending'] as string[];
      const facts = [
        ['database', status['database']],
        ['version', status['version']],
        ['size', status['size']],
        ['migrations', `${String(status['executed'])} have run, ${pending.length} are to run`],
        ...pending.map((name) => ['to run', name] as const),
      ] as const;
      console.show(status, facts, options);
      if (pending.length > 0) throw new ConsoleError('failed', 'The database is not up to date: gatehouse db migrate');
    });

  showing(db.command('migrate').description('bring it up to date'))
    .addHelpText(
      'after',
      `
A service does so by itself when it starts. To do it before, as where only
somebody else may change tables: run this of the new release first. Only the
migrations of Gatehouse itself; those of an application's modules run when it
starts.`,
    )
    .action(async (options: OutputOptions) => {
      const result = await console.run('db.migrate', {}, 'run');
      const ran = result['ran'] as string[];
      const sentence = ran.length === 0 ? 'There was nothing to run.' : `These ran: ${ran.join(', ')}.`;
      console.done(result, sentence, options);
    });
}

/** It couldn't be opened, and why says all there is to say. */
function statusOfPending(error: unknown): Readonly<Record<string, unknown>> {
  const cause = error instanceof ConsoleError ? (error.cause as { name?: string } | undefined) : undefined;
  if (cause?.name !== 'MigrationsPendingError') throw error;
  const { pending, executed } = cause as unknown as { pending: string[]; executed: number };
  return { database: null, version: null, size: null, executed, last: null, pending };
}
