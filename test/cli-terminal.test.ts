import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../src/cli/shown-text.js';
import { atTerminal, builtCommand, PYTHON } from './support/command-line.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

const ESCAPE = '\u001B';
const CTRL_C = '\u0003';
const CTRL_U = '\u0015';
const BACKSPACE = '\u007F';

// Its pseudo-terminals are the real ones of the operating system.
const isPossible = existsSync(PYTHON);
if (!isPossible) process.stderr.write(`Nothing was tried at a terminal: there is no ${PYTHON}.\n`);

describe.skipIf(!isPossible)('at a terminal', () => {
  let service: TestEnvironment;
  let env: Record<string, string>;
  beforeAll(async () => {
    service = await createTestEnvironment();
    env = {
      NODE_ENV: 'test',
      DATABASE_URL: service.settings.databaseUrl!,
      APP_SECRET: service.settings.appSecret!,
      BCRYPT_COST: '4',
    };
  });
  afterAll(() => service.close());

  const login = async (username: string, password: string): Promise<number> =>
    (await service.ask('/token', { form: { username, password } })).status;

  it('a password is asked for twice, and never shows', async () => {
    const password = 'pässword of the terminal';
    const seen = await atTerminal(env, ['users', 'set-password', 'maria'], [
      { wait: 'New password: ', type: `${password}\r` },
      { wait: 'Once more: ', type: `${password}\r` },
    ]); // prettier-ignore
    expect(seen).toMatchObject({ code: 0, echoed: [false, false], restored: true });
    expect(seen.screen).not.toContain('ssword of the');
    expect(seen.screen).toContain('Set the password of maria');
    expect(await login('maria', password)).toBe(200);
  });

  it('one may be pasted with both lines at once, corrected, and begun anew', async () => {
    const password = 'pasted password';
    const pasted = await atTerminal(env, ['users', 'set-password', 'frank'], [
      { wait: 'New password: ', type: `${ESCAPE}[200~${password}${ESCAPE}[201~\r${password}\r` },
    ]); // prettier-ignore
    expect(pasted.code).toBe(0);
    expect(await login('frank', password)).toBe(200);

    const corrected = await atTerminal(env, ['users', 'verify-password', 'frank'], [
      { wait: 'Password: ', type: `quite wrong${CTRL_U}pasted passworx${BACKSPACE}${ESCAPE}[Dd\r` },
    ]); // prettier-ignore
    expect(corrected).toMatchObject({ code: 0, restored: true });
  });

  it('two that differ change nothing', async () => {
    const seen = await atTerminal(env, ['users', 'set-password', 'heidi'], [
      { wait: 'New password: ', type: 'one password\r' },
      { wait: 'Once more: ', type: 'another password\r' },
    ]); // prettier-ignore
    expect(seen.code).toBe(2);
    expect(seen.screen).toContain('not the same');
    expect(await login('heidi', service.passwords.get('heidi')!)).toBe(200);
  });

  it('Ctrl-C ends it with 130, and leaves the terminal as it was', async () => {
    const seen = await atTerminal(env, ['users', 'set-password', 'heidi'], [
      { wait: 'New password: ', type: `half a pass${CTRL_C}` },
    ]); // prettier-ignore
    expect(seen).toMatchObject({ code: 130, restored: true });
    expect(await login('heidi', service.passwords.get('heidi')!)).toBe(200);
  });

  it('what can’t be undone is asked about, and only yes is yes', async () => {
    const doDelete = (answer: string) =>
      atTerminal(env, ['users', 'delete', 'pat'], [{ wait: 'its logins and tokens? [y/N] ', type: answer }]);
    const refused = await doDelete('\r');
    expect(refused.code).toBe(1);
    expect(refused.screen).toContain('Nothing was done.');
    expect((await doDelete('y\r')).code).toBe(0);
    expect((await builtCommand(env, ['users', 'show', 'pat'])).code).toBe(3);
  });

  it.each([
    ['users', 80],
    ['groups', 80],
    ['roles', 80],
    ['permissions', 80],
    ['service-accounts', 80],
    ['tokens', 80],
    ['keys', 80],
    ['clients', 80],
    ['audit', 80],
    ['mail', 80],
    ['user-sources', 80],
    ['users', 60],
  ])('the table of %s fits %i columns', async (subject, columns) => {
    await service.database.query(
      `INSERT INTO gatehouse.accounts (kind, username, username_key, email, name, name_key)
       SELECT kind, kind || '-' || repeat('long-', 12), kind || '-' || repeat('long-', 12),
              CASE kind WHEN 'user' THEN repeat('mail', 15) || '@example.com' END, repeat('田中', 30), ''
         FROM unnest(ARRAY['user', 'service']) AS kind ON CONFLICT DO NOTHING`,
    );
    await service.database.query(
      `INSERT INTO gatehouse.mails (kind, recipient, attempts, last_error, given_up_at)
       SELECT 'reset-password', repeat('mail', 15) || '@example.com', 12, repeat('no such mailbox ', 20), now()`,
    );
    await service.database.query(
      `INSERT INTO gatehouse.clients (client_id, name, grants, scopes) SELECT 'long-client', repeat('田中', 40), '{password}',
         ARRAY(SELECT name FROM gatehouse.permissions) ON CONFLICT DO NOTHING`,
    );
    await service.login('admin');
    const seen = await atTerminal(env, [subject, 'list'], [], columns);
    const lines = seen.screen.split('\r\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
    expect(seen.screen).not.toContain(ESCAPE);
  });

  it('a long import shows a bar that grows in its place, and goes when it is done', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
    try {
      const file = join(folder, 'people.json');
      const people = Array.from({ length: 5_000 }, (_, n) => ({ username: `new-${n}`, email: `new-${n}@example.com` }));
      await writeFile(file, JSON.stringify({ format: 'gatehouse', version: 1, people }));
      const { code, screen } = await atTerminal(env, ['config', 'import', file]);
      expect(code).toBe(0);
      const [shown, ...table] = screen.split('\r\n');
      const drawn = shown!.split('\r');
      expect(drawn).toContainEqual(expect.stringMatching(/^checking +\[#+\.*\] +\d+ % +\d+ of \d+ bytes *$/));
      expect(drawn).toContainEqual(expect.stringMatching(/^writing +\[#+\] 100 % +5000 of 5000 accounts *$/));
      for (const line of drawn) expect(columnsOf(line)).toBeLessThan(80);
      expect(drawn.at(-1)).toMatch(/^SECTION /);
      expect(table.find((line) => line.startsWith('people'))).toMatch(/^people +5000 +0 +0$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('--json is JSON there too, and help fits', async () => {
    const { screen } = await atTerminal(env, ['users', 'list', '--json']);
    expect(JSON.parse(screen)).toContainEqual(expect.objectContaining({ username: 'admin' }));
    const help = await atTerminal(env, ['users', 'add', '--help']);
    for (const line of help.screen.split('\r\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
  });
});
