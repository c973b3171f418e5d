import type { Command } from 'commander';
import type { Console, OutputOptions } from './console.js';
import { ConsoleError } from '../server/console/console-error.js';
import { given, showing } from './options.js';
import { visibleJson } from './shown-text.js';
import { moment, type Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

const SOURCES: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name, whole: true },
  { title: 'KNOWN', of: ({ known }) => known },
  { title: 'ACCOUNTS', of: ({ accounts }) => accounts },
  { title: 'ACTIVE', of: ({ active }) => active },
  { title: 'CHECKED', of: ({ checkedAt }) => moment(checkedAt) },
  { title: 'HELD BACK', of: ({ heldBack }) => heldBack },
];

const REPORTS: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ source }) => source, whole: true },
  { title: 'ACCOUNTS', of: ({ accounts }) => accounts },
  { title: 'LEAVING', of: ({ leaving }) => (leaving as string[]).length },
  { title: 'CHANGED', of: ({ changed }) => changed },
  { title: 'HELD BACK', of: ({ heldBack }) => heldBack },
];

const ABOUT_CHECK = `
Asks each source for its people who have an account here. Whoever is gone or
disabled there is switched off here, and loses their tokens; names, mail
addresses and groups become what they are there. A service does so at intervals.

If more than half of them would leave, and more than ten, nothing is done, since
that is rather a fault of the source. --dry-run says who would; --confirm does
it all the same. Exit code 1: it was held back.`;

/** `gatehouse user-sources …` */
export function addUserSources(program: Command, console: Console): void {
  const sources = program.command('user-sources').description('where people come from');

  showing(sources.command('list').description('list them, with the accounts that come from each')).action(
    async (options: OutputOptions) => {
      const { items } = (await console.run('user-sources.list')) as unknown as { items: Row[] };
      if (options.json) console.print(visibleJson(items, 2));
      else console.rows(items, SOURCES);
    },
  );

  showing(sources.command('check').argument('[source]', 'only this one').description('look up their people now'))
    .option('--dry-run', 'change nothing, and say who would be switched off')
    .option('--confirm', 'also if most of them would be')
    .addHelpText('after', ABOUT_CHECK)
    .action(async (source: string | undefined, options: OutputOptions & { dryRun?: boolean; confirm?: boolean }) => {
      const args = { ...(source !== undefined && { source }), ...given(options, 'dryRun', 'confirm') };
      const { items } = (await console.run('user-sources.check', args)) as unknown as { items: Row[] };
      if (options.json) console.print(visibleJson(items, 2));
      else if (items.length === 0)
        console.note(
          'There is no source that can be checked: LDAP_URL names none. One given in code is checked by its service.',
        );
      else {
        console.rows(items, REPORTS);
        const leaving = items.flatMap((item) => item['leaving'] as string[]);
        if (options.dryRun && leaving.length > 0) console.print(`\nWould be switched off: ${leaving.join(', ')}`);
      }
      if (!options.dryRun && items.some(({ heldBack }) => heldBack)) {
        throw new ConsoleError(
          'failed',
          'It was held back: look at it with --dry-run, and say --confirm if it is true.',
        );
      }
    });
}
