import type { Command } from 'commander';
import type { Console, OutputOptions } from './console.js';
import { visibleJson } from './shown-text.js';
import { showing } from './options.js';
import type { Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

const SECTIONS = ['permissions', 'roles', 'groups', 'clients', 'serviceAccounts', 'people'] as const;
const REPORT: readonly Column<Row>[] = [
  { title: 'SECTION', of: ({ section }) => section },
  { title: 'CREATED', of: ({ created }) => created },
  { title: 'UPDATED', of: ({ updated }) => updated },
  { title: 'UNCHANGED', of: ({ unchanged }) => unchanged },
];

/** `gatehouse config …` */
export function addConfig(program: Command, console: Console): void {
  const config = program.command('config').description('all that is configured, as one document');

  config
    .command('export')
    .description('print people, service accounts, groups, roles, permissions and clients')
    .option('--password-hashes', 'with the hashes of passwords; keep such a document as you keep the database')
    .option('-o, --output <file>', 'into a new file, which only this user can read')
    .action(async (options: { output?: string; passwordHashes?: boolean }) => {
      const { bytes } = await console.writeTo(options.output, (output) =>
        console.stream('config.export', { passwordHashes: options.passwordHashes === true }, { output }),
      );
      console.note(`${String(bytes)} bytes.`);
    });

  showing(config.command('import').description('import a document: all of it, or nothing'))
    .argument('<file>', 'the document; - reads standard input')
    .option('--dry-run', 'check everything, and change nothing')
    .option('--match-usernames', 'take accounts of the same user name for the same, though their ids differ')
    .addHelpText(
      'after',
      `
What is in the document is made, or changed to what it says, memberships too; what isn't in it stays as it is.`,
    )
    .action(async (file: string, options: OutputOptions & { dryRun?: boolean; matchUsernames?: boolean }) => {
      const input = await console.source(file);
      const args = { dryRun: options.dryRun === true, matchUsernames: options.matchUsernames === true };
      const report = await console.stream('config.import', args, { input });
      if (options.json) console.print(visibleJson(report, 2));
      else {
        console.rows(
          SECTIONS.map((section) => ({ section, ...(report[section] as Row) })),
          REPORT,
        );
        if (args.dryRun) console.note('Nothing was changed: this was a dry run.');
      }
    });
}
