import type { Command } from 'commander';
import { factsOf, showWhy } from './account-views.js';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { changing, destructive, given, listing, query, severalOf, showing, wholeNumber } from './options.js';
import { moment, type Column } from './table.js';
import { grantChanges, type GrantOptions } from './users.js';

const COLUMNS: readonly Column<Readonly<Record<string, unknown>>>[] = [
  { title: 'NAME', of: ({ username }) => username },
  { title: 'DESCRIPTION', of: ({ name, description }) => name || description },
  { title: 'GROUPS', of: ({ groups }) => groups },
  { title: 'ROLES', of: ({ roles }) => roles },
  { title: 'ACTIVE', of: ({ isActive }) => isActive },
];
const WHICH = 'its name or id';

/** `gatehouse service-accounts …` */
export function addServiceAccounts(program: Command, console: Console): void {
  const services = program.command('service-accounts').description('accounts of services, which have no password');

  listing(services.command('list').description('list them'), 'username or createdAt').action((options: ListOptions) =>
    console.list('service-accounts.list', query(options), COLUMNS, options),
  );

  showing(services.command('show').description('show one, with all permissions and why each is held'))
    .argument('<account>', WHICH)
    .action(async (account: string, options: OutputOptions) => {
      const found = await console.run('service-accounts.show', { account });
      console.show(found, factsOf(found), options);
      if (!options.json) showWhy(console, found['why']);
    });

  const add = showing(services.command('add').description('make one'))
    .argument('<name>', 'its user name')
    .option('--name <name>', 'what people call it')
    .option('--description <text>', 'what it is for');
  severalOf(add, '--group <name>', 'a group that it is in (may be said again)');
  severalOf(add, '--role <name>', 'a role that it holds without a group (may be said again)');
  add.action(async (username: string, options: OutputOptions & { group?: string[]; role?: string[] }) => {
    const made = await console.run('service-accounts.add', {
      username,
      ...given(options, 'name', 'description'),
      ...(options.group && { groups: options.group }),
      ...(options.role && { roles: options.role }),
    });
    console.done(made, `Made the service account ${username}.`, options);
  });

  const change = showing(services.command('change').description('change what is named'))
    .argument('<account>', WHICH)
    .option('--username <name>', 'another user name')
    .option('--name <name>', 'what people call it')
    .option('--description <text>', 'what it is for');
  severalOf(change, '--add-group <name>', 'put into a group (may be said again)');
  severalOf(change, '--remove-group <name>', 'take out of a group (may be said again)');
  severalOf(change, '--add-role <name>', 'give a role without a group (may be said again)');
  severalOf(change, '--remove-role <name>', 'take such a role (may be said again)');
  change.action(async (account: string, options: OutputOptions & GrantOptions) => {
    const changes = changing({ ...given(options, 'username', 'name', 'description'), ...grantChanges(options) });
    const changed = await console.run('service-accounts.change', { account, ...changes });
    console.done(changed, `Changed the service account ${account}.`, options);
  });

  for (const [verb, isActive, what, done] of [
    ['disable', false, 'switch one off; it ends its tokens for good', 'Switched off'],
    ['enable', true, 'switch one on again', 'Switched on'],
  ] as const) {
    showing(services.command(verb).description(what))
      .argument('<account>', WHICH)
      .action(async (account: string, options: OutputOptions) => {
        const changed = await console.run('service-accounts.change', { account, isActive });
        console.done(changed, `${done} ${account}.`, options);
      });
  }

  destructive(services.command('delete').description('delete one with its client, secrets and tokens'))
    .argument('<account>', WHICH)
    .action(async (account: string, options: OutputOptions & { yes?: boolean }) => {
      await console.confirm(`Delete the service account ${account}, with its secrets and tokens?`, options);
      const gone = await console.run('service-accounts.delete', { account });
      console.done(gone, `Deleted the service account ${account}.`, options);
    });

  showing(services.command('secret').description('make a new secret for client_credentials; shown this once'))
    .argument('<account>', WHICH)
    .option('--overlap <duration>', 'for how long the present secret lives on, such as 24h; without, it ends at once')
    .action(async (account: string, options: OutputOptions) => {
      const made = await console.run('service-accounts.secret', { account, ...given(options, 'overlap') });
      const facts = [
        ['client id', made['clientId']],
        ['client secret', made['clientSecret']],
      ] as const;
      console.showWhole(made, facts, options);
    });

  showing(services.command('token').description('make a long-lived token; shown this once'))
    .argument('<account>', WHICH)
    .requiredOption('--name <name>', 'what people call it, such as "Backup server"')
    .option('--scope <permissions>', 'permissions to narrow it to, separated by spaces')
    .option('--expires-in <seconds>', 'its lifetime; without, the longest that is allowed', wholeNumber)
    .action(async (account: string, options: OutputOptions) => {
      const args = { account, ...given(options, 'name', 'scope', 'expiresIn') };
      const made = await console.run('service-accounts.token', args);
      const facts = [
        ['jti', made['jti']],
        ['expires', moment(made['expiresAt'])],
        ['token', made['token']],
      ] as const;
      console.showWhole(made, facts, options);
    });
}
