import { afterEach, describe, expect, it } from 'vitest';
import { announcement } from '../src/server/first-start/announcement.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function start(databaseUrl?: string, env: Record<string, string> = {}): Promise<TestEnvironment> {
  const service = await createTestEnvironment({ env, ...(databaseUrl !== undefined && { databaseUrl }) });
  open.push(service);
  return service;
}

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  open.push({ close: drop });
  return url;
}

describe('the first start', () => {
  it('makes the administrator and the demo people, with passwords nobody could guess', async () => {
    const service = await start();
    expect([...service.passwords.keys()]).toEqual(['admin', 'maria', 'frank', 'heidi', 'pat']);
    for (const password of service.passwords.values()) expect(password).toMatch(/^[A-Za-z0-9]{20,}$/);
    expect(new Set(service.passwords.values()).size).toBe(5);
    const admin = await service.login('admin');
    expect((await service.ask('/hr/data', { token: admin })).status).toBe(200);
  });

  it('says the passwords once, and never to the log', async () => {
    const url = await emptyDatabase();
    const first = await start(url);
    const second = await start(url);
    expect(second.passwords.size).toBe(0);
    const log = [...first.log, ...second.log].join('');
    for (const password of first.passwords.values()) expect(log).not.toContain(password);
  });

  it('shows the passwords before the accounts are there, so that nobody is locked out by a process that dies in between', async () => {
    const url = await emptyDatabase();
    const dying = createTestEnvironment({
      databaseUrl: url,
      announced: () => {
        throw new Error('killed');
      },
    });
    await expect(dying).rejects.toThrow('killed');
    const service = await start(url);
    expect(service.passwords.size).toBe(5);
    await expect(service.login('admin')).resolves.toBeTypeOf('string');
  });

  it('of two instances that start at once on one empty database, one makes it and neither fails', async () => {
    const url = await emptyDatabase();
    const both = await Promise.all([start(url), start(url), start(url)]);
    expect(both.filter(({ passwords }) => passwords.size === 5)).toHaveLength(1);
    expect(both.filter(({ passwords }) => passwords.size === 0)).toHaveLength(2);
    const [{ count, keys }] = await both[0].database.query(`
      SELECT (SELECT count(*)::int FROM gatehouse.accounts WHERE username = 'admin') AS count,
             (SELECT count(*)::int FROM gatehouse.signing_keys) AS keys`);
    expect([count, keys]).toEqual([1, 2]);
    const made = both.find(({ passwords }) => passwords.size > 0)!;
    const token = await made.login('frank');
    for (const instance of both) expect((await instance.ask('/finance/data', { token })).status).toBe(200);
  });

  it('takes the administrator’s password from the settings', async () => {
    const service = await start(undefined, { INITIAL_ADMIN_PASSWORD: 'a password of my own' });
    expect(service.passwords.get('admin')).toBe('a password of my own');
    await expect(service.login('admin')).resolves.toBeTypeOf('string');
  });

  it('makes no demo people where the demo is off', async () => {
    const service = await start(undefined, { DEMO: 'off' });
    expect([...service.passwords.keys()]).toEqual(['admin']);
    expect((await service.ask('/finance/data')).status).toBe(404);
  });

  it('prints a small table', () => {
    const accounts = [
      { username: 'admin', password: 'x'.repeat(24), given: false, groups: ['administrators'] },
      { username: 'pat', password: 'y'.repeat(24), given: true, groups: [] },
    ];
    const text = announcement(accounts, 'http://127.0.0.1:8000', true);
    expect(text).toContain('http://127.0.0.1:8000/docs');
    expect(text).toContain('x'.repeat(24));
    expect(text).not.toContain('y'.repeat(24));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe('a later start', () => {
  it('keeps keys and tokens', async () => {
    const url = await emptyDatabase();
    const first = await start(url);
    const token = await first.login('frank');
    const second = await start(url);
    expect((await second.ask('/finance/data', { token })).status).toBe(200);
    expect((await second.ask('/.well-known/jwks.json')).json).toEqual((await first.ask('/.well-known/jwks.json')).json);
  });

  it('leaves no trace in the change log when nothing is new', async () => {
    const url = await emptyDatabase();
    const first = await start(url);
    const count = async () => (await first.database.query('SELECT count(*)::int AS n FROM gatehouse.changes'))[0].n;
    const before = await count();
    await start(url);
    expect(await count()).toBe(before);
  });

  it('brings a declared role back to what the code says', async () => {
    const url = await emptyDatabase();
    const first = await start(url);
    await first.database.query(
      `DELETE FROM gatehouse.role_permissions USING gatehouse.roles WHERE roles.id = role_id AND name = 'finance'`,
    );
    await first.database.query(
      `INSERT INTO gatehouse.role_permissions SELECT id, 'hr:*' FROM gatehouse.roles WHERE name = 'finance'`,
    );
    const second = await start(url);
    const token = await first.login('frank');
    expect((await second.ask('/finance/data', { token })).status).toBe(200);
    expect((await second.ask('/hr/data', { token })).status).toBe(403);
  });

  it('refuses another APP_SECRET with a sentence', async () => {
    const url = await emptyDatabase();
    await start(url);
    await expect(start(url, { APP_SECRET: 'Zq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEz' })).rejects.toThrow(
      /^APP_SECRET is not the one/,
    );
  });
});
