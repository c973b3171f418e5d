import { Option, type Command } from 'commander';
import { ConsoleError } from '../server/console/console-error.js';
import { factsOf, showWhy } from './account-views.js';
import { NegativeAnswer } from './exit-code.js';
import type { Console, ListOptions, OutputOptions, PasswordOptions } from './console.js';
import { changing, destructive, given, listing, query, severalOf, showing } from './options.js';
import { moment, type Column } from './table.js';

const COLUMNS: readonly Column<Readonly<Record<string, unknown>>>[] = [
  { title: 'USER NAME', of: ({ username }) => username },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'MAIL ADDRESS', of: ({ email }) => email },
  { title: 'GROUPS', of: ({ groups }) => groups },
  { title: 'ACTIVE', of: ({ isActive }) => isActive },
  { title: 'LAST LOGIN', of: ({ lastLoginAt }) => moment(lastLoginAt) },
];

const PASSWORD_STDIN = ['--password-stdin', 'read the password from standard input'] as const;
const WHO = 'user name, mail address or id';

/** `gatehouse users …` */
export function addUsers(program: Command, console: Console): void {
  const users = program.command('users').description("people's accounts");

  const list = listing(
    users.command('list').description('list them'),
    'username, name, email, createdAt or lastLoginAt',
  )
    .option('--group <name>', 'only those in the group')
    .option('--role <name>', 'only those who hold the role, through a group or without')
    .addOption(new Option('--inactive', 'only those that are switched off').conflicts('active'))
    .option('--active', 'only those that are not');
  list.action(async (options: ListOptions & { active?: boolean; inactive?: boolean }) => {
    const isActive = options.active ? 'true' : options.inactive ? 'false' : undefined;
    const args = { ...query(options), ...given(options, 'group', 'role'), ...(isActive && { isActive }) };
    await console.list('users.list', args, COLUMNS, options);
  });

  showing(users.command('show').description('show one, with all permissions and why each is held'))
    .argument('<user>', WHO)
    .action(async (user: string, options: OutputOptions) => {
      const account = await console.run('users.show', { user });
      console.show(account, factsOf(account), options);
      if (!options.json) showWhy(console, account['why']);
    });

  const add = showing(users.command('add').description('make one; asks for its password, unless --no-password'))
    .argument('<username>', 'the user name')
    .requiredOption('--email <address>', 'the mail address')
    .option('--name <name>', 'what people call them')
    .option('--description <text>', 'a note')
    .option('--verified', 'the mail address is known to be theirs')
    .option('--inactive', 'nobody can log in with it yet')
    .option('--no-password', 'mail them a link to choose one; nobody can log in with it until then')
    .option(...PASSWORD_STDIN);
  severalOf(add, '--group <name>', 'a group that it is in (may be said again)');
  severalOf(add, '--role <name>', 'a role that it holds without a group (may be said again)');
  add.action(async (username: string, options: AddOptions) => {
    if (!options.password && options.passwordStdin) {
      throw new ConsoleError('usage', '--no-password and --password-stdin are against each other.');
    }
    const password = options.password ? await console.newPassword(options) : undefined;
    const made = await console.run('users.add', {
      username,
      ...given(options, 'email', 'name', 'description'),
      ...(options.verified && { isVerified: true }),
      ...(options.inactive && { isActive: false }),
      ...(options.group && { groups: options.group }),
      ...(options.role && { roles: options.role }),
      ...(password !== undefined && { password }),
    });
    const mailed = made['isActive'] ? ` A mail with a link to choose a password goes to ${String(made['email'])}.` : '';
    const next = password === undefined ? mailed : ' The password has to be changed at the first login.';
    console.done(made, `Made the account ${username}.${next}`, options);
  });

  const change = showing(users.command('change').description('change what is named'))
    .argument('<user>', WHO)
    .option('--username <name>', 'another user name')
    .option('--email <address>', 'another mail address; it counts as unverified')
    .option('--name <name>', 'what people call them')
    .option('--description <text>', 'a note')
    .option('--verified', 'the mail address is known to be theirs');
  severalOf(change, '--add-group <name>', 'put into a group (may be said again)');
  severalOf(change, '--remove-group <name>', 'take out of a group (may be said again)');
  severalOf(change, '--add-role <name>', 'give a role without a group (may be said again)');
  severalOf(change, '--remove-role <name>', 'take such a role (may be said again)');
  change.action(async (user: string, options: ChangeOptions) => {
    const changes = changing({
      ...given(options, 'username', 'email', 'name', 'description'),
      ...(options.verified && { isVerified: true }),
      ...grantChanges(options),
    });
    const changed = await console.run('users.change', { user, ...changes });
    console.done(changed, `Changed the account ${user}.`, options);
  });

  showing(users.command('set-password').description('set a password; it ends all logins'))
    .argument('<user>', WHO)
    .option(...PASSWORD_STDIN)
    .addHelpText('after', '\nThe way back in when the password of the last administrator is lost.')
    .action(async (user: string, options: PasswordOptions & OutputOptions) => {
      const password = await console.newPassword(options);
      const changed = await console.run('users.set-password', { user, password });
      const sentence = `Set the password of ${user}, to be changed at the next login. All logins have ended.`;
      console.done(changed, sentence, options);
    });

  showing(users.command('verify-password').description('ask whether a password is the right one'))
    .argument('<user>', WHO)
    .option(...PASSWORD_STDIN)
    .addHelpText(
      'after',
      '\nExit code 0: it is, and the account is active. 1: it is not, or the account\nis switched off.',
    )
    .action(async (user: string, options: PasswordOptions & OutputOptions) => {
      const password = await console.password('Password: ', options);
      const answer = await console.run('users.verify-password', { user, password });
      const { fits, isActive } = answer;
      const off = isActive ? '' : ' The account is switched off.';
      console.done(answer, (fits ? 'It is the password.' : 'It is not the password.') + off, options);
      if (!fits || !isActive) throw new NegativeAnswer();
    });

  showing(users.command('reset-password').description('mail a link by which a new password can be set'))
    .argument('<user>', WHO)
    .action(async (user: string, options: OutputOptions) => {
      const account = await console.run('users.reset-password', { user });
      console.done(account, `A mail with a link goes to ${String(account['email'])}.`, options);
    });

  showing(users.command('disable').description('switch one off; it ends all logins'))
    .argument('<user>', WHO)
    .action(async (user: string, options: OutputOptions) => {
      const changed = await console.run('users.disable', { user });
      console.done(changed, `Switched off ${user}. All logins have ended.`, options);
    });

  showing(users.command('enable').description('switch one on again'))
    .argument('<user>', WHO)
    .action(async (user: string, options: OutputOptions) => {
      console.done(await console.run('users.enable', { user }), `Switched on ${user}.`, options);
    });

  showing(users.command('unblock').description('forget the wrong passwords that were typed for one'))
    .argument('<user>', WHO)
    .addHelpText('after', '\nWhoever knows the right password needs to wait no longer: docs/guessing.md.')
    .action(async (user: string, options: OutputOptions) => {
      console.done(await console.run('users.unblock', { user }), `Forgot the wrong passwords for ${user}.`, options);
    });

  destructive(users.command('delete').description('delete one with its logins and tokens'))
    .argument('<user>', WHO)
    .action(async (user: string, options: OutputOptions & { yes?: boolean }) => {
      await console.confirm(`Delete the account ${user}, with its logins and tokens?`, options);
      console.done(await console.run('users.delete', { user }), `Deleted the account ${user}.`, options);
    });
}

/** Options that change groups and roles, as the service knows them. */
export function grantChanges(options: GrantOptions): Record<string, unknown> {
  return {
    ...(options.addGroup && { addGroups: options.addGroup }),
    ...(options.removeGroup && { removeGroups: options.removeGroup }),
    ...(options.addRole && { addRoles: options.addRole }),
    ...(options.removeRole && { removeRoles: options.removeRole }),
  };
}

/** Groups and roles to give and take. */
export interface GrantOptions {
  readonly addGroup?: string[];
  readonly removeGroup?: string[];
  readonly addRole?: string[];
  readonly removeRole?: string[];
}

interface AddOptions extends OutputOptions, PasswordOptions {
  /** False by `--no-password`. */
  readonly password: boolean;
  readonly verified?: boolean;
  readonly inactive?: boolean;
  readonly group?: string[];
  readonly role?: string[];
}

interface ChangeOptions extends OutputOptions, GrantOptions {
  readonly verified?: boolean;
}
