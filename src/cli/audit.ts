import type { Command } from 'commander';
import { NegativeAnswer } from './exit-code.js';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { given, listing, query, showing } from './options.js';
import type { Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

const EVENTS: readonly Column<Row>[] = [
  { title: 'AT', of: ({ at }) => `${String(at).slice(0, 19).replace('T', ' ')}Z`, whole: true },
  { title: 'WHAT', of: ({ kind }) => kind },
  { title: 'BY', of: ({ actor, agent }) => (actor as Named | null)?.username ?? agent },
  { title: 'TO', of: ({ target }) => (target as Named | null)?.name },
  { title: 'ADDRESS', of: ({ address }) => address },
];

/** Actors have a user name, and targets a name. */
interface Named {
  readonly username?: string;
  readonly name?: string;
}

const FAULTS: readonly Column<Row>[] = [
  { title: 'FAULT', of: ({ kind }) => kind },
  { title: 'PLACE', of: ({ sequence }) => sequence },
  { title: 'EVENT', of: ({ eventId }) => eventId },
];

/** `gatehouse audit …` */
export function addAudit(program: Command, console: Console): void {
  const audit = program.command('audit').description('who did what, and when');

  listing(audit.command('list').description('list what was done, newest first'), 'at, or -at as without it')
    .option('--actor <account>', 'only what this account did, by its id or name')
    .option('--target <id>', 'only what was done to the thing with this id')
    .option('--kind <kind>', 'only events such as login.failed, or of a sort, with a dot at the end: login.')
    .option('--from <time>', 'from this moment on, such as 2026-01-31T12:00:00Z')
    .option('--to <time>', 'before this moment')
    .action(async (options: ListOptions) => {
      const args = { ...query(options), ...given(options, 'actor', 'target', 'kind', 'from', 'to') };
      await console.list('audit.list', args, EVENTS, options);
    });

  showing(audit.command('verify').description('check that no event was changed, deleted or put in'))
    .option('--expect <hash>', 'a hash that was the head once: what was cut off at the end shows by it alone')
    .option('--cut-at <hash>', 'the hash that was told when older events were cut off')
    .addHelpText('after', '\nKeep the head elsewhere, and say it the next time.\nExit code 0: intact. 1: it is not.')
    .action(async (options: OutputOptions) => {
      const verdict = await console.run('audit.verify', given(options, 'expect', 'cutAt'));
      const head = verdict['head'] as { sequence: number; hash: string } | null;
      const cut = verdict['cut'] as { sequence: number } | null;
      const facts = [
        ['intact', verdict['intact']],
        ['in the chain', verdict['sealed']],
        ['waiting', verdict['waiting']],
        ['head', head && head.hash],
        ...(cut ? [['cut at', cut.sequence] as const] : []),
        ['faults', verdict['faultCount']],
      ] as const;
      console.show(verdict, facts, options);
      const faults = verdict['faults'] as Row[];
      if (!options.json && faults.length > 0) {
        console.print('');
        console.rows(faults, FAULTS);
      }
      if (!verdict['intact']) throw new NegativeAnswer();
    });

  audit
    .command('export')
    .description('print the events as lines of JSON (NDJSON), oldest first')
    .option('--from <time>', 'from this moment on, such as 2026-01-31 or 2026-01-31T12:00:00Z')
    .option('--to <time>', 'before this moment')
    .option('-o, --output <file>', 'into a new file, which only this user can read')
    .action(async (options: { output?: string }) => {
      const { events } = await console.writeTo(options.output, (output) =>
        console.stream('audit.export', given(options, 'from', 'to'), { output }),
      );
      console.note(`${String(events)} events.`);
    });
}
