import type { Command } from 'commander';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { listing, query, showing } from './options.js';
import { moment, type Column } from './table.js';

const COLUMNS: readonly Column<Readonly<Record<string, unknown>>>[] = [
  { title: 'ID', of: ({ id }) => id, whole: true },
  { title: 'KIND', of: ({ kind }) => kind },
  { title: 'TO', of: ({ to }) => to },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'TRIED', of: ({ attempts }) => attempts },
  { title: 'NEXT', of: ({ state, dueAt }) => (state === 'waiting' ? moment(dueAt) : null) },
  { title: 'LAST ERROR', of: ({ lastError }) => lastError },
];

/** `gatehouse mail …` */
export function addMail(program: Command, console: Console): void {
  const mail = program.command('mail').description('mails that wait to be sent, and those that were given up');

  listing(mail.command('list').description('list them, newest first; what was sent is in it no more')).action(
    (options: ListOptions) => console.list('mail.list', query(options), COLUMNS, options),
  );

  showing(mail.command('retry').description('send one now, or all, also those that were given up'))
    .argument('[id]', 'its id')
    .action(async (id: string | undefined, options: OutputOptions) => {
      const result = await console.run('mail.retry', { ...(id !== undefined && { id }) });
      console.done(result, `Mails to be sent now: ${String(result['retried'])}.`, options);
    });

  showing(mail.command('test').description('send a test mail now, and tell what the mail server said'))
    .argument('<address>', 'to whom')
    .action(async (to: string, options: OutputOptions) => {
      const result = (await console.run('mail.test', { to })) as { to: string; answer: string | null };
      console.done(result, `Sent. The answer: ${result.answer ?? 'none'}`, options);
    });
}
