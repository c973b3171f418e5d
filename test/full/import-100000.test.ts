import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ConfigExport } from '../../src/server/config-transfer/config-export.js';
import { ConfigImport, type ImportProgress } from '../../src/server/config-transfer/config-import.js';
import { OPERATOR } from '../support/actor.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

vi.setConfig({ testTimeout: 600_000 });

const PEOPLE = 100_000;
/** What may come on top, whatever the size of the document, which has more than 20 MB. Bytes. */
const MOST_MEMORY = 250 * 1024 * 1024;

let database: TestDatabase;
let service: TestEnvironment;
let sql: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await createTestEnvironment({ databaseUrl: database.url, silent: true });
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await service.close();
  await database.drop();
});

const HASH = 'pbkdf2_sha256$600000$lG5vNcDZ3wYbUu2rKq9XhT$TKo8lXNwIyd40mRfU7XkUCBoTNrQyse9DrkOHv/rkfk=';

/** A document of so many people, made as it is read. */
function* document(count = PEOPLE): Generator<Buffer> {
  const roles = Array.from({ length: 50 }, (_, n) => ({ name: `role-${n}`, permissions: ['finance:read'] }));
  const groups = Array.from({ length: 500 }, (_, n) => ({ name: `group-${n}`, roles: [`role-${n % 50}`] }));
  yield Buffer.from(
    `{"format":"gatehouse","version":1,"roles":${JSON.stringify(roles)},"groups":${JSON.stringify(groups)},"people":[`,
  );
  for (let n = 0; n < count; n++) {
    const person = {
      username: `person-${n}`,
      email: `person-${n}@example.com`,
      name: `Person Number ${n}`,
      isVerified: true,
      groups: [`group-${n % 500}`, `group-${(n * 7 + 1) % 500}`],
      roles: n % 10 === 0 ? [`role-${n % 50}`] : [],
      passwordHash: HASH,
    };
    yield Buffer.from(`${n === 0 ? '' : ','}\n${JSON.stringify(person)}`);
  }
  yield Buffer.from(']}');
}

const imports = (): ConfigImport => service.app.get(ConfigImport, { strict: false });

async function counts(): Promise<string> {
  const { rows } = await sql.query(
    `SELECT (SELECT count(*) FROM gatehouse.accounts)::int AS accounts, (SELECT count(*) FROM gatehouse.groups)::int AS groups,
            (SELECT count(*) FROM gatehouse.roles)::int AS roles, (SELECT count(*) FROM gatehouse.account_groups)::int AS members,
            (SELECT count(*) FROM gatehouse.audit_events WHERE kind = 'config.imported')::int AS events`,
  );
  return JSON.stringify(rows[0]);
}

/** What happens while something is done: the most memory, the slowest login. */
async function watch<Result>(work: () => Promise<Result>) {
  const start = performance.now();
  const before = process.memoryUsage().rss;
  const seen = { memory: 0, login: 0, logins: 0 };
  const progress = { ended: false };
  const done = work().finally(() => (progress.ended = true));
  while (!progress.ended) {
    seen.memory = Math.max(seen.memory, process.memoryUsage().rss - before);
    const asked = performance.now();
    await service.login('admin');
    seen.login = Math.max(seen.login, performance.now() - asked);
    seen.logins++;
    await sleep(50);
  }
  return { ...seen, result: await done, seconds: (performance.now() - start) / 1_000 };
}

const said = (what: string, { seconds, memory, login, logins }: Record<string, any>): string =>
  `${what}: ${seconds.toFixed(1)} s, ${Math.round(memory / 2 ** 20)} MiB more at most, ${logins} logins meanwhile, ` +
  `the slowest ${Math.round(login)} ms`;

it('an import that is cut off while it is written leaves nothing', async () => {
  const before = await counts();
  let cut: Promise<unknown> | undefined;
  const onProgress = ({ step, done }: ImportProgress): void => {
    if (step !== 'writing' || done < 10_000) return;
    cut ??= sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%import_accounts%'`,
    );
  };
  await expect(imports().run(Readable.from(document(40_000)), {}, OPERATOR, onProgress)).rejects.toThrow(/terminat/);
  expect(cut).toBeDefined();
  await cut;
  expect(await counts()).toBe(before);
});

it('a document that breaks off near its end leaves nothing', async () => {
  const before = await counts();
  function* broken(): Generator<Buffer> {
    let bytes = 0;
    for (const piece of document(20_000)) {
      bytes += piece.length;
      if (bytes > 4_000_000) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      yield piece;
    }
  }
  await expect(imports().run(Readable.from(broken()), {}, OPERATOR)).rejects.toThrow(/cut off/);
  expect(await counts()).toBe(before);
});

it(`${PEOPLE} people are imported in one stream, with bounded memory, while others log in`, async ({ annotate }) => {
  const told: ImportProgress[] = [];
  const first = await watch(() => imports().run(Readable.from(document()), {}, OPERATOR, (one) => told.push(one)));
  await annotate(said(`${PEOPLE} people imported`, first));
  expect(first.result.people).toMatchObject({ created: PEOPLE, updated: 0, unchanged: 0 });
  expect(first.memory).toBeLessThan(MOST_MEMORY);
  expect(first.login).toBeLessThan(5_000);
  expect(told.at(-1)).toEqual({ step: 'writing', done: PEOPLE, total: PEOPLE });
  expect(told.filter(({ step }) => step === 'writing').length).toBeGreaterThan(10);

  const second = await watch(() => imports().run(Readable.from(document()), {}, OPERATOR));
  await annotate(said('imported again', second));
  expect(second.result.people).toMatchObject({ created: 0, updated: 0, unchanged: PEOPLE });

  const exported = await watch(async () => {
    const spool = await service.app.get(ConfigExport, { strict: false }).run({ passwordHashes: true }, OPERATOR);
    let lines = 0;
    for await (const bytes of spool.stream()) lines += String(bytes).split('\n').length - 1;
    return lines;
  });
  await annotate(said('exported', exported));
  expect(exported.result).toBeGreaterThan(PEOPLE);
  expect(exported.memory).toBeLessThan(MOST_MEMORY);
});
