import type { Command } from 'commander';
import { visibleJson } from './shown-text.js';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { destructive, listing, query } from './options.js';
import { moment, type Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'KID', of: ({ kid }) => kid, whole: true },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'ALG', of: ({ algorithm }) => algorithm },
  { title: 'SIGNS SINCE', of: ({ activatedAt }) => moment(activatedAt) },
];

/** `gatehouse keys …` */
export function addKeys(program: Command, console: Console): void {
  const keys = program.command('keys').description('the signing keys');

  listing(keys.command('list').description('list them, newest first')).action((options: ListOptions) =>
    console.list('keys.list', query(options), COLUMNS, options),
  );

  destructive(keys.command('rotate').description('let the next key sign from now on; tokens that are out stay good'))
    .option('--revoke-outstanding', 'in an emergency: revoke all keys, and end every session and token')
    .action(async (options: OutputOptions & { revokeOutstanding?: boolean; yes?: boolean }) => {
      const revokeOutstanding = options.revokeOutstanding === true;
      if (revokeOutstanding) {
        await console.confirm('Revoke all keys, and end every session and token of everybody?', options);
      }
      const { items } = (await console.run('keys.rotate', { revokeOutstanding })) as unknown as { items: Row[] };
      if (options.json) console.print(visibleJson(items, 2));
      else console.rows(items, COLUMNS);
    });
}
