import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditSealer } from '../src/server/audit/audit-sealer.js';
import { lastEventsOf } from './support/audit.js';
import { command, type Ended } from './support/command-line.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service.close());

const gatehouse = (...args: string[]): Promise<Ended> => command(service.settings, args);
const withInput = (input: string, ...args: string[]): Promise<Ended> => command(service.settings, args, input);
const lastEvents = (count: number) => lastEventsOf(service, count);
const login = async (username: string, password: string): Promise<number> =>
  (await service.ask('/token', { form: { username, password } })).status;

describe('the audit', () => {
  it('says what was done at the console, and who sat there', async () => {
    await gatehouse('groups', 'add', 'board', '--role', 'finance');
    await gatehouse('groups', 'change', 'board', '--remove-role', 'finance', '--description', 'The board');
    await gatehouse('groups', 'delete', 'board', '--yes');
    const kinds = (await lastEvents(3)).map(({ kind }) => kind);
    expect(kinds).toEqual(['group.created', 'group.updated', 'group.deleted']);
    expect((await lastEvents(1))[0]).toEqual({
      kind: 'group.deleted',
      actor_id: null,
      target_name: 'board',
      agent: 'gatehouse cli (user tester)',
      address: null,
    });
  });

  it('is listed, and filtered as over HTTP', async () => {
    await login('frank', service.passwords.get('frank')!);
    await login('frank', 'not of frank');
    await gatehouse('groups', 'add', 'listed');
    const kindsOf = ({ json }: Ended) => json.map(({ kind }: { kind: string }) => kind);
    expect(kindsOf(await gatehouse('audit', 'list', '--json', '--limit', '1'))).toEqual(['group.created']);
    const ofFrank = await gatehouse('audit', 'list', '--actor', 'frank', '--kind', 'login.', '--limit', '1', '--json');
    expect(ofFrank.json).toMatchObject([
      { kind: 'login.succeeded', actor: { username: 'frank' }, address: '127.0.0.1' },
    ]);
    const { id, at } = (await gatehouse('audit', 'list', '--kind', 'login.failed', '--limit', '1', '--json')).json[0];
    const after = await gatehouse('audit', 'list', '--from', at, '--sort=at', '--json');
    expect(after.json[0].id).toBe(id);
    expect(kindsOf(after)).toContain('group.created');
    expect((await gatehouse('audit', 'list', '--to', '2001-01-01T00:00:00Z', '--json')).json).toEqual([]);
    const table = await gatehouse('audit', 'list', '--search', 'listed');
    expect(table.output).toMatch(
      /^AT +WHAT +BY +TO +ADDRESS\n[\d-]+ [\d:]+Z +group\.created +gatehouse cli \(user tester\) +listed +-\n$/,
    );
    expect((await gatehouse('audit', 'list', '--kind', 'no kind')).code).toBe(2);
    expect((await gatehouse('audit', 'list', '--sort', 'kind')).code).toBe(2);
  });
});

describe('the chain of the audit', () => {
  it('is verified, and what was changed in it is found', async () => {
    await service.app.get(AuditSealer, { strict: false }).seal();
    const good = await gatehouse('audit', 'verify', '--json');
    expect(good).toMatchObject({ code: 0, json: { intact: true, faultCount: 0 } });
    expect((await gatehouse('audit', 'verify', '--expect', good.json.head.hash)).code).toBe(0);
    expect((await gatehouse('audit', 'verify', '--expect', '0'.repeat(64))).code).toBe(1);
    expect((await gatehouse('audit', 'verify', '--expect', 'nonsense')).code).toBe(2);
    const [{ id }] = await service.database.query<[{ id: string }]>(
      'SELECT event_id::text AS id FROM gatehouse.audit_chain LIMIT 1',
    );
    const change = (from: string, to: string) =>
      service.database.query(`UPDATE gatehouse.audit_events SET agent = $3 WHERE id = $1 AND agent = $2`, [
        id,
        from,
        to,
      ]);
    const [{ agent }] = await service.database.query<[{ agent: string }]>(
      'SELECT agent FROM gatehouse.audit_events WHERE id = $1',
      [id],
    );
    await change(agent, 'somebody else');
    const bad = await gatehouse('audit', 'verify');
    expect(bad.code).toBe(1);
    expect(bad.output).toMatch(/changed/);
    await change('somebody else', agent);
    expect((await gatehouse('audit', 'verify')).code).toBe(0);
  });

  it('is exported as lines of JSON', async () => {
    const { code, output } = await gatehouse('audit', 'export');
    expect(code).toBe(0);
    const events = output.trim().split('\n').map((line) => JSON.parse(line) as { kind: string }); // prettier-ignore
    expect(events.map(({ kind }) => kind)).toContain('group.created');
    expect((await gatehouse('audit', 'export', '--to', '2001-01-01')).output).toBe('');
  });
});

describe('all that is configured', () => {
  it('is exported into a file of this user alone, and imported', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
    const file = join(folder, 'gatehouse.json');
    try {
      expect((await gatehouse('config', 'export', '-o', file)).code).toBe(0);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const document = await readFile(file, 'utf8');
      expect(document).not.toContain('passwordHash');
      expect((await gatehouse('config', 'export', '-o', file)).code).toBe(4);
      expect((await gatehouse('config', 'export')).output).toBe(document);
      const hashed = await gatehouse('config', 'export', '--password-hashes');
      expect(hashed.output).toContain('passwordHash');

      await gatehouse('groups', 'change', 'finance', '--description', 'Changed since');
      const dry = await gatehouse('config', 'import', file, '--dry-run', '--json');
      expect(dry.json).toMatchObject({ dryRun: true, groups: { created: 0, updated: 1 } });
      const said = await gatehouse('config', 'import', file, '--dry-run');
      expect(said.output.split('\n\n')[1]).toMatch(/^WOULD BE +SECTION +NAME\nupdated +groups +finance\n$/);
      expect(said.complaints).toContain('Nothing was changed');
      expect((await gatehouse('groups', 'show', 'finance', '--json')).json.description).toBe('Changed since');
      const done = await withInput(document, 'config', 'import', '-');
      expect(done.code).toBe(0);
      expect(done.output).toMatch(/^groups +0 +1 /m);
      expect((await gatehouse('groups', 'show', 'finance', '--json')).json.description).toBe('The finance department');
      expect((await lastEvents(1))[0]).toMatchObject({ kind: 'config.imported', actor_id: null });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused with what is wrong in it', async () => {
    expect((await gatehouse('config', 'import', '/nowhere/at.all')).code).toBe(3);
    const { code, complaints, output } = await withInput('{"format": "something"}', 'config', 'import', '-');
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(complaints).toContain('Nothing was imported');
  });
});

describe('the keys', () => {
  it('are rotated, and the running service signs with the next', async () => {
    const before = (await gatehouse('keys', 'list', '--json')).json;
    const next = before.find(({ state }: { state: string }) => state === 'next').kid;
    const after = (await gatehouse('keys', 'rotate', '--json')).json;
    expect(after.find(({ state }: { state: string }) => state === 'active').kid).toBe(next);
    expect(await login('frank', service.passwords.get('frank')!)).toBe(200);
  });

  it('are left alone by a command with another APP_SECRET, which the service could not read them with', async () => {
    const settings = { ...service.settings, appSecret: 'another secret of at least 32 bytes, by mistake' };
    const { code, complaints } = await command(settings, ['keys', 'rotate']);
    expect(code).toBe(1);
    expect(complaints).toContain('APP_SECRET is not the one');
  });

  it('are left alone by a command with another TOKEN_ALGORITHM', async () => {
    const count = async (): Promise<number> => (await gatehouse('keys', 'list', '--json')).json.length;
    const before = await count();
    await command({ ...service.settings, tokenAlgorithm: 'ES256' }, ['users', 'list']);
    expect(await count()).toBe(before);
  });
});

describe('the database', () => {
  it('is said without its password', async () => {
    const { json, output } = await gatehouse('db', 'status', '--json');
    expect(json).toMatchObject({ pending: [], executed: expect.any(Number) });
    expect(json.database).toMatch(/^PostgreSQL at /);
    const { password } = new URL(service.settings.databaseUrl!);
    if (password) expect(output).not.toContain(password);
  });

  it('is not migrated unasked', async () => {
    const { url, drop } = await createTestDatabase();
    try {
      const settings = { ...service.settings, databaseUrl: url };
      expect(await command(settings, ['users', 'list'])).toMatchObject({ code: 5, output: '' });
      const status = await command(settings, ['db', 'status', '--json']);
      expect(status.code).toBe(1);
      expect(status.json.executed).toBe(0);
      expect(status.json.pending.length).toBeGreaterThan(10);
      expect((await command(settings, ['db', 'migrate', '--json'])).json.ran).toEqual(status.json.pending);
      expect((await command(settings, ['db', 'status'])).code).toBe(0);
      expect((await command(settings, ['users', 'list', '--json'])).json).toEqual([]);
    } finally {
      await drop();
    }
  });

  it('that can not be reached is exit code 5', async () => {
    const settings = { ...service.settings, databaseUrl: 'postgres://nobody:hunter2@127.0.0.1:1/none' };
    const { code, complaints } = await command(settings, ['users', 'list']);
    expect(code).toBe(5);
    expect(complaints).toContain('could not be reached');
    expect(complaints).not.toContain('hunter2');
  });
});
