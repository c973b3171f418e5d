import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastEventsOf } from './support/audit.js';
import { builtCommand, command, type Ended } from './support/command-line.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service.close());

const PASSWORD = 'a password of the tests';
const gatehouse = (...args: string[]): Promise<Ended> => command(service.settings, args);
const withInput = (input: string, ...args: string[]): Promise<Ended> => command(service.settings, args, input);
const lastEvents = (count: number) => lastEventsOf(service, count);
const login = async (username: string, password: string): Promise<number> =>
  (await service.ask('/token', { form: { username, password } })).status;

describe('people', () => {
  it('are made, listed, shown, changed, switched off and on, and deleted', async () => {
    const made = await withInput(`${PASSWORD}\n`, 'users', 'add', 'nora', '--email', 'nora@example.com', '--group', 'finance', '--password-stdin'); // prettier-ignore
    expect(made).toMatchObject({ code: 0, complaints: '' });
    expect(await login('nora', PASSWORD)).toBe(200);

    const list = await gatehouse('users', 'list', '--group', 'finance', '--json');
    expect(list.json.map(({ username }: { username: string }) => username)).toEqual(['frank', 'nora']);

    const shown = await gatehouse('users', 'show', 'NORA@example.com', '--json');
    expect(shown.json).toMatchObject({ username: 'nora', groups: ['finance'] });
    expect(shown.json.why).toContainEqual(
      expect.objectContaining({
        permission: 'finance:read',
        paths: [{ group: 'finance', role: 'finance', pattern: 'finance:*' }],
      }),
    );
    const sheet = (await gatehouse('users', 'show', 'nora')).output;
    expect(sheet).toContain('group finance → role finance → finance:*');
    expect(sheet).toMatch(/^comes from +local$/m);

    const changed = await gatehouse('users', 'change', 'nora', '--remove-group', 'finance', '--add-group', 'hr', '--name', 'Nora N.', '--json'); // prettier-ignore
    expect(changed.json).toMatchObject({ groups: ['hr'], name: 'Nora N.' });

    expect((await gatehouse('users', 'disable', 'nora')).code).toBe(0);
    expect(await login('nora', PASSWORD)).toBe(400);
    expect((await gatehouse('users', 'list', '--inactive', '--json')).json).toHaveLength(1);
    expect((await gatehouse('users', 'enable', 'nora')).code).toBe(0);
    expect(await login('nora', PASSWORD)).toBe(200);

    expect((await gatehouse('users', 'delete', 'nora', '--yes', '--json')).json).toMatchObject({ username: 'nora' });
    expect((await gatehouse('users', 'show', 'nora')).code).toBe(3);
  });

  it('get a new password, which ends what they have, in the running service too', async () => {
    const token = await service.login('maria');
    expect((await service.ask('/users/me', { token })).status).toBe(200);
    expect((await withInput(PASSWORD, 'users', 'set-password', 'maria', '--password-stdin')).code).toBe(0);
    await expect.poll(async () => (await service.ask('/users/me', { token })).status).toBe(401);
    expect(await login('maria', PASSWORD)).toBe(200);
  });

  it('are let in by their password, or not, and the exit code says it', async () => {
    const verify = (password: string, user = 'pat'): Promise<Ended> =>
      withInput(password, 'users', 'verify-password', user, '--password-stdin', '--json');
    const right = service.passwords.get('pat')!;
    expect(await verify(right)).toMatchObject({ code: 0, json: { fits: true, isActive: true } });
    expect(await verify(`${right}x`)).toMatchObject({ code: 1, json: { fits: false } });
    await gatehouse('users', 'disable', 'pat');
    expect(await verify(right)).toMatchObject({ code: 1, json: { fits: true, isActive: false } });
    await gatehouse('users', 'enable', 'pat');
    expect(await verify(right, 'nobody')).toMatchObject({ code: 3 });
    expect((await lastEvents(2))[0]!.kind).toBe('user.password-verified');
  });

  it('makes an account without a password, and says that a mail with a link goes out', async () => {
    const made = await gatehouse('users', 'add', 'ines', '--email', 'ines@example.com', '--no-password');
    expect(made.output).toBe(
      'Made the account ines. A mail with a link to choose a password goes to ines@example.com.\n',
    );
    const off = await gatehouse('users', 'add', 'ivo', '--email', 'ivo@example.com', '--no-password', '--inactive');
    expect(off.output).toBe('Made the account ivo.\n');
  });

  it('who have to wait after too many wrong passwords needn’t any more when they are unblocked', async () => {
    const { username } = (await withInput(PASSWORD, 'users', 'add', 'otto', '--email', 'otto@example.com', '--password-stdin', '--json')).json as { username: string }; // prettier-ignore
    for (let wrong = 0; wrong < 5; wrong++) await login(username, 'wrong');
    // So that it stays so, however slow the machine is.
    await service.database.query('UPDATE gatehouse.guesses SET failures = failures + 6 WHERE failures > 4');
    expect(await login(username, PASSWORD)).toBe(429);
    expect(await gatehouse('users', 'unblock', 'OTTO@example.com', '--json')).toMatchObject({
      code: 0,
      json: { username },
    });
    expect((await lastEvents(1))[0]).toMatchObject({ kind: 'user.unblocked', actor_id: null, target_name: username });
    expect(await login(username, PASSWORD)).toBe(200);
    expect((await gatehouse('users', 'unblock', 'nobody')).code).toBe(3);
  });
});

describe('the rules', () => {
  it.each([
    ['deleted', ['users', 'delete', 'admin', '--yes']],
    ['switched off', ['users', 'disable', 'admin']],
    ['taken out of its group', ['users', 'change', 'admin', '--remove-group', 'administrators']],
    ['robbed of its group', ['groups', 'delete', 'administrators', '--yes']],
  ])('keep the last administrator from being %s', async (_, args) => {
    const { code, complaints, output } = await gatehouse(...args);
    expect({ code, output }).toEqual({ code: 4, output: '' });
    expect(complaints).toMatch(/Nobody would be left/);
  });

  it.each([
    ['a wrong mail address', ['users', 'add', 'x1', '--email', 'no-address', '--no-password'], 2],
    ['a password that is too short', ['users', 'set-password', 'heidi', '--password-stdin'], 2],
    ['a name that is taken, in another spelling', ['groups', 'add', 'FINANCE'], 4],
    ['a group that there is not', ['users', 'change', 'heidi', '--add-group', 'nowhere'], 1],
    ['a group to be taken that is not held', ['users', 'change', 'heidi', '--remove-group', 'hrr'], 3],
    ['a role to be taken that a group does not have', ['groups', 'change', 'finance', '--remove-role', 'hr'], 3],
    ['a change of nothing', ['users', 'change', 'heidi'], 2],
    ['a change of nothing in a group', ['groups', 'change', 'finance'], 2],
    ['a change of nothing in a role', ['roles', 'change', 'finance'], 2],
    ['people who are active and inactive', ['users', 'list', '--active', '--inactive'], 2],
    ['a time that is none', ['audit', 'list', '--from', 'yesterday'], 2],
    ['a role that there is not', ['roles', 'show', 'nothing'], 3],
    ['a role that is declared in code', ['roles', 'delete', 'finance', '--yes'], 4],
    ['a token that there is not', ['tokens', 'revoke', randomUUID()], 3],
    ['a jti that is none', ['tokens', 'revoke', 'nonsense'], 2],
    ['a list sorted by what there is not', ['users', 'list', '--sort', 'password'], 2],
    ['an unknown verb', ['users', 'destroy', 'heidi'], 2],
    ['no subject', [], 2],
    ['nothing after a subject', ['users'], 2],
    ['a deletion where nobody can be asked', ['users', 'delete', 'heidi'], 2],
    ['a password where nobody can be asked', ['users', 'set-password', 'heidi'], 2],
    ['no password on standard input', ['users', 'verify-password', 'heidi', '--password-stdin'], 2],
  ])('refuse %s', async (_, args, code) => {
    const ended = await withInput(args.includes('set-password') ? 'short' : '', ...args);
    expect(ended.output).toBe('');
    expect(ended.complaints).not.toBe('');
    expect(ended.code).toBe(code);
  });

  it('take away what is held in any spelling, and say what is held where it isn’t', async () => {
    await gatehouse('users', 'change', 'heidi', '--add-group', 'Ｆinance');
    expect((await gatehouse('users', 'change', 'heidi', '--remove-group', 'HR', '--json')).json.groups).toEqual([
      'finance',
    ]);
    const { complaints } = await gatehouse('users', 'change', 'heidi', '--remove-group', 'hr');
    expect(complaints).toContain('There is no group hr to take away. There are: finance. Nothing was done.');
    await gatehouse('users', 'change', 'heidi', '--remove-group', 'FINANCE', '--add-group', 'hr');
    expect((await gatehouse('users', 'show', 'heidi', '--json')).json.groups).toEqual(['hr']);
  });

  it('refuse a password that is tried first, made of a name, or no text', async () => {
    const set = ['users', 'set-password', 'heidi', '--password-stdin'];
    for (const [password, why] of [
      ['password1', 'tried first'],
      ['heidi-heidi-1987', 'made of'],
    ] as const) {
      const { code, complaints } = await withInput(password, ...set);
      expect([code, complaints]).toEqual([1, expect.stringContaining(why)]);
      expect(complaints).not.toContain(password);
    }
    const bytes = Buffer.from('caf\u00E9 until late', 'latin1');
    const { code, complaints } = await command(service.settings, set, bytes);
    expect([code, complaints]).toEqual([2, expect.stringContaining('UTF-8')]);
  });

  it('take no password from the arguments, and do not repeat it', async () => {
    for (const args of [
      ['users', 'set-password', 'heidi', '--password', 'hunter2hunter2'],
      ['users', 'set-password', 'heidi', '--password=hunter2hunter2'],
      ['users', 'set-password', 'heidi', '--pass-word=hunter2hunter2'],
      ['users', 'set-password', 'heidi', 'hunter2hunter2'],
    ]) {
      const { code, output, complaints } = await gatehouse(...args);
      expect(code).toBe(2);
      expect(output + complaints).not.toContain('hunter2');
    }
    expect((await gatehouse('users', 'set-password', 'heidi', '--password', 'x')).complaints).toContain(
      'There is no --password',
    );
  });
});

describe('clients', () => {
  it('are listed and shown, without their secrets', async () => {
    const admin = await service.login('admin');
    const json = {
      clientId: 'shop',
      name: 'The shop',
      confidential: true,
      grants: ['password'],
      scopes: ['finance:*'],
    };
    const { clientSecret } = (await service.ask('/clients', { token: admin, json })).json;
    const list = await gatehouse('clients', 'list', '--search', 'SHOP', '--json');
    expect(list.json).toMatchObject([{ clientId: 'shop', scopes: ['finance:*'], isActive: true }]);
    expect((await gatehouse('clients', 'list')).output).toMatch(/^shop +The shop +password +finance:\* +yes$/m);
    const shown = await gatehouse('clients', 'show', 'shop', '--json');
    expect(shown.json).toEqual((await service.ask('/clients/shop', { token: admin })).json);
    expect((await gatehouse('clients', 'show', 'shop')).output).toMatch(/^audience +the service$/m);
    expect(JSON.stringify([list, shown])).not.toContain(clientSecret);
    expect((await gatehouse('clients', 'show', 'nobody')).code).toBe(3);
    expect((await gatehouse('clients', 'list', '--sort', 'secret')).code).toBe(2);
  });
});

describe('groups, roles, permissions and service accounts', () => {
  it('are made, shown, changed and deleted', async () => {
    expect((await gatehouse('permissions', 'add', 'shop:orders:read', '--description', 'See them')).code).toBe(0);
    expect((await gatehouse('roles', 'add', 'clerk', '--permission', 'shop:orders:read')).code).toBe(0);
    const role = await gatehouse('roles', 'change', 'clerk', '--grant', 'finance:*', '--withdraw', 'shop:orders:read', '--json'); // prettier-ignore
    expect(role.json.permissions).toEqual(['finance:*']);
    await gatehouse('groups', 'add', 'clerks', '--role', 'clerk');
    await gatehouse('service-accounts', 'add', 'backup', '--group', 'clerks');
    expect((await gatehouse('groups', 'members', 'clerks', '--services', '--json')).json).toHaveLength(1);
    expect((await gatehouse('service-accounts', 'show', 'backup')).output).toContain('group clerks → role clerk');
    for (const args of [
      ['service-accounts', 'delete', 'backup'],
      ['groups', 'delete', 'clerks'],
      ['roles', 'delete', 'clerk'],
      ['permissions', 'delete', 'shop:orders:read'],
    ]) {
      expect(await gatehouse(...args, '--yes')).toMatchObject({ code: 0, complaints: '' });
    }
  });

  it('give service accounts tokens and secrets that work', async () => {
    await gatehouse('service-accounts', 'add', 'robot', '--role', 'finance');
    const made = await gatehouse('service-accounts', 'token', 'robot', '--name', 'robot', '--expires-in', '60', '--json'); // prettier-ignore
    expect((await service.ask('/finance/invoices', { token: made.json.token })).status).toBe(200);

    const listed = await gatehouse('tokens', 'list', '--service-account', 'robot', '--alive', '--json');
    expect(listed.json).toMatchObject([{ jti: made.json.jti, kind: 'service', alive: true }]);
    expect((await gatehouse('tokens', 'revoke', made.json.jti)).code).toBe(0);
    await expect
      .poll(async () => (await service.ask('/finance/invoices', { token: made.json.token })).status)
      .toBe(401);

    const { clientId, clientSecret } = (await gatehouse('service-accounts', 'secret', 'robot', '--json')).json;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    expect((await service.ask('/token', { form })).status).toBe(200);
  });
});

describe('lists', () => {
  it('are whole as JSON, one value, however many rows', async () => {
    await service.database.query(
      `INSERT INTO gatehouse.accounts (username, username_key, name, name_key)
       SELECT 'crowd-' || n, 'crowd-' || n, '', '' FROM generate_series(1, 450) AS n`,
    );
    expect((await gatehouse('users', 'list', '-q', 'crowd-', '--json')).json).toHaveLength(450);
    expect((await gatehouse('users', 'list', '-q', 'crowd-', '--json', '--limit', '201')).json).toHaveLength(201);
    expect((await gatehouse('users', 'list', '-q', 'no such', '--json')).json).toEqual([]);
    const table = await gatehouse('users', 'list', '-q', 'crowd-');
    expect(table.output.trim().split('\n')).toHaveLength(51);
    expect(table.complaints).toContain('--all');
    expect((await gatehouse('users', 'list', '-q', 'crowd-', '--all')).output.trim().split('\n')).toHaveLength(451);
  });

  it('show what a terminal would obey written out', async () => {
    await service.database.query(`UPDATE gatehouse.accounts SET name = $1 WHERE username = 'heidi'`, [
      '\u001B]0;owned\u0007\u202E',
    ]);
    const { output } = await gatehouse('users', 'list', '-q', 'heidi');
    expect(output).toContain(String.raw`\u{1b}]0;owned\u{7}\u{202e}`);
    const json = await gatehouse('users', 'list', '-q', 'heidi', '--json');
    for (const obeyed of ['\u001B', '\u0007', '\u202E']) expect(json.output).not.toContain(obeyed);
    expect(json.json[0].name).toBe('\u001B]0;owned\u0007\u202E');
  });
});

describe('the built command', () => {
  const env = (): Record<string, string> => ({
    DATABASE_URL: service.settings.databaseUrl!,
    APP_SECRET: service.settings.appSecret!,
    NODE_ENV: 'production',
  });

  it('runs as a process of its own', async () => {
    const { code, json } = await builtCommand(env(), ['users', 'list', '-q', 'frank', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject([{ username: 'frank' }]);
  });

  it('says which settings are wrong, and needs none for help and completion', async () => {
    const wrong = await builtCommand({ ...env(), APP_SECRET: '' }, ['users', 'list']);
    expect(wrong.code).toBe(5);
    expect(wrong.complaints).toContain('APP_SECRET is not set');
    const bad = { NODE_ENV: 'production', APP_SECRET: '' };
    const help = await builtCommand(bad, ['--help']);
    expect(help.code).toBe(0);
    for (const words of ['users', 'db', 'Exit codes:', '--json']) expect(help.output).toContain(words);
    expect((await builtCommand(bad, ['completion', 'bash'])).code).toBe(0);
  });
});

describe('the help', () => {
  it('of every command fits 80 columns', async () => {
    const seen: string[] = [];
    const check = async (...path: string[]): Promise<void> => {
      const { code, output } = await gatehouse(...path, '--help');
      expect(code, path.join(' ')).toBe(0);
      for (const line of output.split('\n')) expect(line.length, `${path.join(' ')}: ${line}`).toBeLessThanOrEqual(80);
      seen.push(path.join(' '));
      const commands = /^Commands:\n((?: .*\n)+)/m.exec(output)?.[1] ?? '';
      for (const [, verb] of commands.matchAll(/^ {2}([a-z-]+) /gm)) if (verb !== 'help') await check(...path, verb!);
    };
    await check();
    expect(seen).toEqual(expect.arrayContaining(['', 'users', 'users set-password', 'keys rotate', 'completion']));
  });
});

describe('the completion', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s knows all commands', async (shell) => {
    const { code, output } = await gatehouse('completion', shell);
    expect(code).toBe(0);
    for (const word of ['verify-password', 'service-accounts', 'revoke-outstanding', 'migrate', 'clients', 'actor']) {
      expect(output).toContain(word);
    }
  });

  it('works in bash', async () => {
    const { output } = await gatehouse('completion', 'bash');
    const { execFileSync } = await import('node:child_process');
    const complete = (...words: string[]): string[] =>
      execFileSync('bash', ['-c', `${output}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gatehouse; echo "\${COMPREPLY[@]}"`, 'bash', ...words]) // prettier-ignore
        .toString()
        .trim()
        .split(' ');
    expect(complete('gatehouse', 'us')).toEqual(['users', 'user-sources']);
    expect(complete('gatehouse', 'clients', '')).toEqual(['list', 'show', '--help']);
    expect(complete('gatehouse', 'audit', 'l')).toEqual(['list']);
    expect(complete('gatehouse', 'completion', '')).toEqual(['bash', 'zsh', 'fish', '--help']);
    expect(complete('gatehouse', 'users', 'd')).toEqual(['disable', 'delete']);
    expect(complete('gatehouse', 'users', 'delete', 'maria', '--')).toEqual(['--json', '--yes', '--help']);
  });
});
