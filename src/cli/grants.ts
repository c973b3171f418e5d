import type { Command } from 'commander';
import type { Console, ListOptions, OutputOptions } from './console.js';
import { changing, destructive, given, listing, query, severalOf, showing } from './options.js';
import { moment, type Column } from './table.js';
import { grantChanges, type GrantOptions } from './users.js';

type Row = Readonly<Record<string, unknown>>;

const GROUPS: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'DESCRIPTION', of: ({ description }) => description },
  { title: 'ROLES', of: ({ roles }) => roles },
];
const ROLES: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'DESCRIPTION', of: ({ description }) => description },
  { title: 'GRANTS', of: ({ permissions }) => permissions },
  { title: 'IN CODE', of: ({ managed }) => managed },
];
const PERMISSIONS: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'DESCRIPTION', of: ({ description }) => description },
  { title: 'IN CODE', of: ({ managed }) => managed },
  { title: 'DECLARED BY', of: ({ declaredBy }) => declaredBy },
];
const MEMBERS: readonly Column<Row>[] = [
  { title: 'USER NAME', of: ({ username }) => username },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'ACTIVE', of: ({ isActive }) => isActive },
];

/** `gatehouse groups …` */
export function addGroups(program: Command, console: Console): void {
  const groups = program.command('groups').description('sets of accounts, and the roles that their members hold');
  listing(groups.command('list').description('list them'), 'name or createdAt').action((options: ListOptions) =>
    console.list('groups.list', query(options), GROUPS, options),
  );
  showing(groups.command('show').description('show one'))
    .argument('<group>', 'its name')
    .action(async (name: string, options: OutputOptions) => {
      const group = await console.run('groups.show', { name });
      const facts = ['name', 'description', 'roles'].map((key) => [key, group[key]] as const);
      console.show(group, [...facts, ['made', moment(group['createdAt'])]], options);
    });
  listing(groups.command('members').description('list the people in it'))
    .argument('<group>', 'its name')
    .option('--services', 'the service accounts in it')
    .action((name: string, options: ListOptions & { services?: boolean }) =>
      console.list('groups.members', { name, kind: options.services ? 'service' : 'user' }, MEMBERS, options),
    );
  const add = showing(groups.command('add').description('make one'))
    .argument('<group>', 'its name')
    .option('--description <text>', 'what it is for');
  severalOf(add, '--role <name>', 'a role that its members hold (may be said again)');
  add.action(async (name: string, options: OutputOptions & { role?: string[] }) => {
    const args = { name, ...given(options, 'description'), ...(options.role && { roles: options.role }) };
    console.done(await console.run('groups.add', args), `Made the group ${name}.`, options);
  });
  const change = showing(groups.command('change').description('change what is named'))
    .argument('<group>', 'its name')
    .option('--description <text>', 'what it is for');
  severalOf(change, '--add-role <name>', 'a role that its members hold from now on (may be said again)');
  severalOf(change, '--remove-role <name>', 'one that they hold no longer (may be said again)');
  change.action(async (name: string, options: OutputOptions & GrantOptions) => {
    const args = { name, ...changing({ ...given(options, 'description'), ...grantChanges(options) }) };
    console.done(await console.run('groups.change', args), `Changed the group ${name}.`, options);
  });
  destructive(groups.command('delete').description('delete one; its members lose what it gave'))
    .argument('<group>', 'its name')
    .action(async (name: string, options: OutputOptions & { yes?: boolean }) => {
      await console.confirm(`Delete the group ${name}?`, options);
      console.done(await console.run('groups.delete', { name }), `Deleted the group ${name}.`, options);
    });
}

/** `gatehouse roles …` */
export function addRoles(program: Command, console: Console): void {
  const roles = program.command('roles').description('named sets of permissions');
  listing(roles.command('list').description('list them'), 'name or createdAt').action((options: ListOptions) =>
    console.list('roles.list', query(options), ROLES, options),
  );
  showing(roles.command('show').description('show one'))
    .argument('<role>', 'its name')
    .action(async (name: string, options: OutputOptions) => {
      const role = await console.run('roles.show', { name });
      const facts = ['name', 'description'].map((key) => [key, role[key]] as const);
      const more = [
        ['in code', role['managed']],
        ['made', moment(role['createdAt'])],
      ] as const;
      console.show(role, [...facts, ...more], options);
      if (options.json) return;
      console.print('');
      const patterns = (role['permissions'] as string[]).map((pattern) => ({ pattern }));
      console.rows(patterns, [{ title: 'GRANTS', of: ({ pattern }) => pattern }]);
    });
  const add = showing(roles.command('add').description('make one'))
    .argument('<role>', 'its name')
    .option('--description <text>', 'what it is for');
  severalOf(add, '--permission <name>', 'what it grants: a permission, area:*, or * (may be said again)');
  add.action(async (name: string, options: OutputOptions & { permission?: string[] }) => {
    const permissions = options.permission && { permissions: options.permission };
    const made = await console.run('roles.add', { name, ...given(options, 'description'), ...permissions });
    console.done(made, `Made the role ${name}.`, options);
  });
  const change = showing(roles.command('change').description('change what is named'))
    .argument('<role>', 'its name')
    .option('--description <text>', 'what it is for');
  severalOf(change, '--grant <permission>', 'what it grants from now on (may be said again)');
  severalOf(change, '--withdraw <permission>', 'what it grants no longer (may be said again)');
  change.action(async (name: string, options: OutputOptions) => {
    const args = { name, ...changing(given(options, 'description', 'grant', 'withdraw')) };
    console.done(await console.run('roles.change', args), `Changed the role ${name}.`, options);
  });
  destructive(roles.command('delete').description('delete one; who holds it loses what it grants'))
    .argument('<role>', 'its name')
    .action(async (name: string, options: OutputOptions & { yes?: boolean }) => {
      await console.confirm(`Delete the role ${name}?`, options);
      console.done(await console.run('roles.delete', { name }), `Deleted the role ${name}.`, options);
    });
}

/** `gatehouse permissions …` */
export function addPermissions(program: Command, console: Console): void {
  const permissions = program.command('permissions').description('what can be allowed');
  listing(permissions.command('list').description('list them'), 'name').action((options: ListOptions) =>
    console.list('permissions.list', query(options), PERMISSIONS, options),
  );
  showing(permissions.command('show').description('show one'))
    .argument('<permission>', 'its name')
    .action(async (name: string, options: OutputOptions) => {
      const permission = await console.run('permissions.show', { name });
      const facts = [
        ['name', permission['name']],
        ['description', permission['description']],
        ['in code', permission['managed']],
        ['declared by', permission['declaredBy']],
        ['withdrawn', moment(permission['withdrawnAt'])],
      ] as const;
      console.show(permission, facts, options);
    });
  showing(permissions.command('add').description('make one'))
    .argument('<permission>', 'its name, such as shop:orders:read')
    .option('--description <text>', 'what holding it allows')
    .action(async (name: string, options: OutputOptions) => {
      const made = await console.run('permissions.add', { name, ...given(options, 'description') });
      console.done(made, `Made the permission ${name}.`, options);
    });
  showing(permissions.command('describe').description('say what holding it allows'))
    .argument('<permission>', 'its name')
    .argument('<description>', 'in words for administrators')
    .action(async (name: string, description: string, options: OutputOptions) => {
      const changed = await console.run('permissions.describe', { name, description });
      console.done(changed, `Described the permission ${name}.`, options);
    });
  destructive(permissions.command('delete').description('delete one; nobody holds it any more'))
    .argument('<permission>', 'its name')
    .action(async (name: string, options: OutputOptions & { yes?: boolean }) => {
      await console.confirm(`Delete the permission ${name}?`, options);
      console.done(await console.run('permissions.delete', { name }), `Deleted the permission ${name}.`, options);
    });
}
