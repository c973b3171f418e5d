import type { Command } from 'commander';
import type { Console, OutputOptions } from './console.js';
import { visibleJson } from './shown-text.js';
import { showing } from './options.js';
import type { Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

/** Of a dry run. */
interface SectionReport {
  readonly created: number;
  readonly updated: number;
  readonly namesCreated: readonly string[];
  readonly namesUpdated: readonly string[];
}

const SECTIONS = ['permissions', 'roles', 'groups', 'clients', 'serviceAccounts', 'people'] as const;
const REPORT: readonly Column<Row>[] = [
  { title: 'SECTION', of: ({ section }) => section },
  { title: 'CREATED', of: ({ created }) => created },
  { title: 'UPDATED', of: ({ updated }) => updated },
  { title: 'UNCHANGED', of: ({ unchanged }) => unchanged },
];

const CHANGES: readonly Column<Row>[] = [
  { title: 'WOULD BE', of: ({ change }) => change },
  { title: 'SECTION', of: ({ section }) => section },
  { title: 'NAME', of: ({ name }) => name },
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
    .option('--dry-run', 'check everything, say what would change, and change nothing')
    .option('--match-usernames', 'take accounts of the same user name for the same, though their ids differ')
    .addHelpText(
      'after',
      `
What is in the document is made, or changed to what it says, memberships too;
what isn't in it stays as it is.`,
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
        if (args.dryRun) showChanges(console, report);
      }
    });
}

/** What a dry run would make and change, by name. */
function showChanges(console: Console, report: Row): void {
  const sections = SECTIONS.map((section) => [section, report[section] as SectionReport] as const);
  const changes = sections.flatMap(([section, { namesCreated, namesUpdated }]) => [
    ...namesCreated.map((name) => ({ change: 'created', section, name })),
    ...namesUpdated.map((name) => ({ change: 'updated', section, name })),
  ]);
  if (changes.length > 0) {
    console.print('');
    console.rows(changes, CHANGES);
  }
  const all = sections.reduce((sum, [, { created, updated }]) => sum + created + updated, 0);
  if (all > changes.length) console.note(`… and ${all - changes.length} more, of which no names are told.`);
  console.note('Nothing was changed: this was a dry run.');
}
