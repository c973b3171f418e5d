import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { ask, type Answered } from '../support/http.js';
import { preparePostgres } from '../support/postgres-server.js';
import { canMakeDisks, makeSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { unsound } from '../support/soundness.js';

vi.setConfig({ testTimeout: 240_000 });

const possible = await canMakeDisks();
if (!possible)
  process.stdout.write('No disk can be mounted here (that takes root): the tests of a full disk are skipped.\n');

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

async function disk(megabytes: number, folder?: string): Promise<SmallDisk> {
  const made = await makeSmallDisk(megabytes, folder);
  cleanUp.push(() => made.remove());
  return made;
}

const settings = (databaseUrl: string, dataDir: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  DATA_DIR: dataDir,
  APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
  PUBLIC_URL: 'http://gatehouse.test',
  BCRYPT_COST: '10',
});

async function start(env: Record<string, string>): Promise<BuiltService> {
  const service = await startBuiltService(env);
  cleanUp.push(async () => service.process.exitCode ?? service.process.signalCode ?? service.stop('SIGKILL'));
  return service;
}

function login({ url }: BuiltService, password: string, username = 'admin'): Promise<Answered> {
  return ask(url, 'POST', '/token', { form: { username, password } });
}

/** Asks until the answer has the status; answers all that came. */
async function until(status: number, most: number, one: (n: number) => Promise<Answered>): Promise<Answered[]> {
  const answers: Answered[] = [];
  while (answers.length < most && answers.at(-1)?.status !== status) answers.push(await one(answers.length));
  return answers;
}

async function embeddedDatabase() {
  const small = await disk(160);
  return { small, env: settings('', join(small.path, 'data')) };
}

async function postgresql() {
  const small = await disk(160);
  const postgres = await preparePostgres({ durable: true, parent: small.path });
  cleanUp.push(() => postgres.remove());
  await postgres.start();
  return { small, env: settings(postgres.url, tmpdir()) };
}

describe.runIf(possible)('the disk is full', () => {
  it.each([
    ['the embedded database', embeddedDatabase],
    ['PostgreSQL', postgresql],
  ])(
    '%s: 503 for what needs room, all else goes on, nothing is half written, and it recovers by itself',
    async (_, made) => {
      const { small, env } = await made();
      const service = await start(env);
      const password = service.passwords.get('admin')!;
      const token: string = (await login(service, password)).json.access_token;
      const create = (n: number): Promise<Answered> =>
        ask(service.url, 'POST', '/hr/employees', {
          token,
          json: { name: `${n} ${'x'.repeat(180)}`, jobTitle: 'y'.repeat(90) },
        });
      small.fill();

      const written = await until(503, 1_000, create);
      const refused = written.pop()!;
      expect(refused.status).toBe(503);
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(refused.json).toMatchObject({ status: 503, detail: expect.stringContaining('Nothing can be stored') });
      expect(JSON.stringify(refused.json)).not.toMatch(/base\/|device|\.js|SQL/);
      expect(written.filter(({ status }) => status !== 201)).toEqual([]);

      const logins = await until(503, 200, () => login(service, password));
      expect(logins.at(-1)!.json).toMatchObject({ error: 'temporarily_unavailable' });
      expect(logins.at(-1)!.headers.get('retry-after')).toMatch(/^\d+$/);

      // What needs no room goes on.
      expect((await ask(service.url, 'GET', '/finance/data', { token })).status).toBe(200);
      expect((await ask(service.url, 'GET', '/hr/employees', { token })).status).toBe(200);
      expect((await ask(service.url, 'GET', '/health/live')).status).toBe(200);

      small.free();
      expect((await create(written.length)).status).toBe(201);
      expect((await login(service, password)).status).toBe(200);
      const rows: unknown[] = [];
      for (let cursor = ''; ;) {
        const { json } = await ask(service.url, 'GET', `/hr/employees?limit=200${cursor}`, { token });
        rows.push(...json.items.filter(({ jobTitle }: { jobTitle: string }) => jobTitle.startsWith('yyy')));
        if (!json.nextCursor) break;
        cursor = `&cursor=${json.nextCursor}`;
      }
      expect(rows).toHaveLength(written.length + 1);
      expect(await service.stop()).toBe(0);
      expect(await unsound(env)).toEqual([]);
    },
  );

  it('the embedded database can’t write its log: 503, the process ends with a sentence, and the next has all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const env = settings('', join(folder, 'data'));
    const log = join(folder, 'data/postgres/pg_wal');
    const first = await start(env);
    const password = first.passwords.get('admin')!;
    await first.stop();

    // The log on a disk of its own, as some have it: so nothing else is full.
    await cp(log, join(folder, 'log'), { recursive: true });
    const small = await disk(64, log);
    await cp(join(folder, 'log'), log, { recursive: true });
    const service = await start(env);
    const token: string = (await login(service, password)).json.access_token;
    const json = { clientId: 'large', name: 'large', confidential: true, grants: ['refresh_token'], scopes: null };
    expect((await ask(service.url, 'POST', '/clients', { token, json })).status).toBe(201);
    small.fill();

    const ended = once(service.process, 'exit');
    let redirectUris: string[] = [];
    let tried: string[] = [];
    const answers = await until(503, 2_000, async () => {
      const next = Array.from({ length: 45 }, () => `https://a.example/${randomBytes(1_470).toString('base64url')}`);
      const answer = await ask(service.url, 'PATCH', '/clients/large', { token, json: { redirectUris: next } });
      tried = next;
      if (answer.status === 200) redirectUris = next;
      return answer;
    });
    expect(answers.at(-1)!.status).toBe(503);
    expect(answers.at(-1)!.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await ended).toEqual([1, null]);
    expect(service.output()).toMatch(/^The embedded database in .* has given up: .*No space left on device\. .*\.$/m);

    small.free();
    const next = await start(env);
    // The last one, which got no answer but "not now", is wholly there or not at all.
    const { json: found } = await ask(next.url, 'GET', '/clients/large', { token });
    expect([redirectUris, tried]).toContainEqual(found.redirectUris);
    expect((await login(next, password)).status).toBe(200);
    expect(await next.stop()).toBe(0);
    expect(await unsound(env)).toEqual([]);
  });
});
