import type { Command } from 'commander';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { listing, query, showing } from './options.js';
import { moment, type Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'CLIENT', of: ({ clientId }) => clientId, whole: true },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'GRANTS', of: ({ grants }) => grants },
  { title: 'SCOPES', of: ({ scopes }) => scopes ?? 'all' },
  { title: 'ACTIVE', of: ({ isActive }) => isActive },
];

/** `gatehouse clients …` */
export function addClients(program: Command, console: Console): void {
  const clients = program.command('clients').description('the registered OAuth clients; secrets are never shown');

  listing(clients.command('list').description('list them'), 'clientId, name or createdAt').action(
    (options: ListOptions) => console.list('clients.list', query(options), COLUMNS, options),
  );

  showing(clients.command('show').description('show one'))
    .argument('<clientId>', 'its id')
    .action(async (clientId: string, options: OutputOptions) => {
      const client = await console.run('clients.show', { clientId });
      console.show(client, factsOf(client), options);
    });
}

function factsOf(client: Row): [string, unknown][] {
  return [
    ['client id', client['clientId']],
    ['name', client['name']],
    ['active', client['isActive']],
    ['keeps a secret', client['confidential']],
    ['built in', client['builtIn']],
    ['service account', client['serviceAccountId']],
    ['grants', client['grants']],
    ['scopes', client['scopes'] ?? 'all'],
    ['audience', client['audience'] ?? 'the service'],
    ['other audiences', client['resources']],
    ['declares in', client['permissionPrefixes']],
    ['sends back to', client['redirectUris']],
    ['made', moment(client['createdAt'])],
    ['changed', moment(client['updatedAt'])],
  ];
}
