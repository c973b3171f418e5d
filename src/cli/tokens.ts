import type { Command } from 'commander';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { given, listing, query, showing } from './options.js';
import { moment, type Column } from './table.js';

const COLUMNS: readonly Column<Readonly<Record<string, unknown>>>[] = [
  { title: 'JTI', of: ({ jti }) => jti, whole: true },
  { title: 'KIND', of: ({ kind }) => kind },
  { title: 'ACCOUNT', of: ({ username }) => username },
  { title: 'CLIENT', of: ({ clientId }) => clientId },
  { title: 'EXPIRES', of: ({ expiresAt }) => moment(expiresAt) },
  { title: 'ALIVE', of: ({ alive }) => alive },
];

/** `gatehouse tokens …` */
export function addTokens(program: Command, console: Console): void {
  const tokens = program.command('tokens').description('the registry of tokens; the tokens themselves are not in it');

  listing(tokens.command('list').description('list them, newest first'))
    .option('--user <user>', 'only those of this person')
    .option('--service-account <account>', 'only those of this service account')
    .option('--client <clientId>', 'only those that were issued to this client')
    .option('--kind <kind>', 'only access, refresh or service tokens')
    .option('--alive', 'only those that can still be used')
    .action(async (options: ListOptions & { alive?: boolean; serviceAccount?: string }) => {
      const args = {
        ...query(options),
        ...given(options, 'user', 'client', 'kind'),
        ...(options.serviceAccount !== undefined && { service: options.serviceAccount }),
        ...(options.alive && { alive: 'true' }),
      };
      await console.list('tokens.list', args, COLUMNS, options);
    });

  showing(tokens.command('revoke').description('end one; a refresh token takes its whole family with it'))
    .argument('<jti>', 'its id')
    .action(async (jti: string, options: OutputOptions) => {
      console.done(await console.run('tokens.revoke', { jti }), `The token ${jti} is dead.`, options);
    });
}
