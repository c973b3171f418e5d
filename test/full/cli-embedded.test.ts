import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import { builtCommand, type Ended } from '../support/command-line.js';

const PASSWORD = 'a password of the tests';
/** nobody */
const OTHER_USER = 65_534;

// One after the other, as they stand.
describe.skipIf(process.platform === 'win32')('beside a service on the embedded database', () => {
  let dataDir: string;
  let remove: () => Promise<void>;
  let env: Record<string, string>;
  let service: BuiltService;
  beforeAll(async () => {
    ({ path: dataDir, remove } = await makeDataDir());
    env = { DATA_DIR: dataDir, BCRYPT_COST: '10' };
  });
  afterAll(async () => {
    if (service && service.process.exitCode === null && service.process.signalCode === null) await service.stop();
    await remove();
  });

  const gatehouse = (args: string[], input = ''): Promise<Ended> => builtCommand(env, args, input);
  const socket = (): string => join(dataDir, 'console', 'socket');
  const status = async (username: string, password: string): Promise<number> => {
    const body = new URLSearchParams({ username, password });
    return (await fetch(`${service.url}/token`, { method: 'POST', body })).status;
  };

  it('makes no database where there is none', async () => {
    const { code, complaints } = await gatehouse(['users', 'list']);
    expect(code).toBe(5);
    expect(complaints).toContain('There is no database in');
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('does in the running service what is asked, and it counts there at once', async () => {
    service = await startBuiltService(env);
    const add = ['users', 'add', 'nora', '--email', 'nora@example.com', '--group', 'hr', '--password-stdin', '--json'];
    expect(await gatehouse(add, PASSWORD)).toMatchObject({ code: 0, complaints: '' });
    expect(await status('nora', PASSWORD)).toBe(200);
    const set = await gatehouse(['users', 'set-password', 'admin', '--password-stdin'], PASSWORD);
    expect(set.code).toBe(0);
    expect(await status('admin', service.passwords.get('admin')!)).toBe(400);
    expect(await status('admin', PASSWORD)).toBe(200);
  });

  it('keeps the same rules, and answers with the same exit codes', async () => {
    expect((await gatehouse(['users', 'delete', 'admin', '--yes'])).code).toBe(4);
    expect((await gatehouse(['users', 'show', 'nobody'])).code).toBe(3);
    expect((await gatehouse(['users', 'add', 'x1', '--email', 'none', '--no-password'])).code).toBe(2);
  });

  it('says in the database status that it is embedded, and there is nothing to migrate', async () => {
    const { json } = await gatehouse(['db', 'status', '--json']);
    expect(json).toMatchObject({ database: `embedded, in ${dataDir}`, pending: [] });
    expect((await gatehouse(['db', 'migrate', '--json'])).json).toEqual({ ran: [] });
  });

  it('streams a document out of the running service and into it, and verifies the audit', async () => {
    const exported = await gatehouse(['config', 'export']);
    expect(JSON.parse(exported.output)).toMatchObject({ people: expect.arrayContaining([]) });
    const imported = await gatehouse(['config', 'import', '-', '--json'], exported.output);
    expect(imported.json).toMatchObject({ people: { created: 0, updated: 0 } });
    expect((await gatehouse(['audit', 'verify'])).code).toBe(0);
    expect((await gatehouse(['audit', 'export'])).output).toContain('config.imported');
  });

  it('leaves no password in the log', () => {
    expect(service.output()).not.toContain(PASSWORD);
  });

  it('has a socket for the owner of the folder alone, though others may read the folder around it', async () => {
    await chmod(dataDir, 0o755);
    expect((await stat(socket())).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'console'))).mode & 0o777).toBe(0o700);
  });

  it.runIf(process.getuid?.() === 0)('is reached by no other user', async () => {
    const trying = `
      process.setgroups([]); process.setgid(${OTHER_USER}); process.setuid(${OTHER_USER});
      require('node:net').connect(${JSON.stringify(socket())})
        .on('connect', () => console.log('let in')).on('error', ({ code }) => console.log(code));`;
    const child = spawn(process.execPath, ['--eval', trying], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    await once(child, 'close');
    expect(said.trim()).toBe('EACCES');
  });

  it('goes on by itself after kill -9, and the next service has a socket again', async () => {
    await service.stop('SIGKILL');
    expect((await stat(socket())).isSocket()).toBe(true);
    const { code, json } = await gatehouse(['users', 'list', '--group', 'hr', '--json']);
    expect(code).toBe(0);
    expect(json.map(({ username }: { username: string }) => username)).toEqual(['heidi', 'nora']);

    service = await startBuiltService(env);
    expect((await gatehouse(['users', 'delete', 'nora', '--yes'])).code).toBe(0);
    expect(await status('nora', PASSWORD)).toBe(400);
  });

  it('waits for another command that has the folder', async () => {
    await service.stop();
    await expect(stat(socket())).rejects.toThrow('ENOENT');
    const both = await Promise.all([gatehouse(['users', 'list', '--json']), gatehouse(['groups', 'list', '--json'])]);
    expect(both.map(({ code, complaints }) => ({ code, complaints }))).toEqual([
      { code: 0, complaints: '' },
      { code: 0, complaints: '' },
    ]);
  });
});
