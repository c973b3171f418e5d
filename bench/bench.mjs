// `npm run bench`: what the service does a second, and what guarding costs. docs/performance.md says how and why.
//
//   npm run bench [-- --full] [--only guarded,introspection,issue,permissions,guards] [--profile <folder>] [--json]
//     [--document]
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { format } from 'prettier';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { secondsSince } from '../scripts/run.mjs';
import { measureGuards } from './guards.mjs';
import { compare, LoadGenerator } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { answerOf, ask, freePort, leaveServerCore, placement, residentBytes, start, stop } from './processes.mjs';
import { markdown, printTable, row } from './report.mjs';
import { seedClient, seedPeople, seedRefreshTokens, seedRichAccount, seedTokens, revoke } from './seed.mjs';
import { startService } from './service.mjs';

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    // What is left out of `--full`, and the default; there so that scripts can say what they mean.
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'guarded,introspection,issue,permissions,guards' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    // Writes the table into docs/performance.md.
    document: { type: 'boolean', default: false },
  },
});
const wanted = new Set(options.only.split(','));
const rounds = options.full ? 11 : 5;
const seconds = options.full ? 4 : 1.5;

const FEW_TOKENS = 1_000;
const MANY_TOKENS = 100_000;
const REVOKED_TOKENS = 10_000;
/** oidc-provider's in-memory adapter holds 1,000 things, and forgets the others. */
const INTROSPECTED_TOKENS = 400;
const CONNECTIONS = 64;
const PASSWORD = 'correct horse battery staple';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

const rows = [];
const closing = [];
const begun = performance.now();

/** Says on the terminal what is being done; standard output is for the figures. */
function say(text) {
  console.error(`${secondsSince(begun).padStart(8)}  ${text}`);
}

/** To be ended at the end, the last first. */
function ending(end) {
  closing.push(end);
}

async function runAll() {
  await ensureBuilt();
  leaveServerCore();
  say(placement);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  ending(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres();
  ending(() => postgres.stop());
  const load = new LoadGenerator(folder);
  ending(() => load.stop());

  const main = await openService(postgres, 'RS256');
  await measureBareHttp(load);
  if (wanted.has('guarded') || wanted.has('introspection')) {
    const tokens = await makeTokens(main, wanted.has('guarded') ? MANY_TOKENS + REVOKED_TOKENS : FEW_TOKENS);
    if (wanted.has('introspection')) await measureIntrospection(load, main, tokens);
    if (wanted.has('guarded')) await measureGuarded(load, main, tokens);
  }
  if (wanted.has('issue')) await measureIssue(load, main, await openService(postgres, 'ES256'));
  if (wanted.has('permissions')) await measurePermissionLoad(main);
  if (wanted.has('guards')) {
    const service = await openService(postgres, 'RS256', 'rest');
    const times = { rounds, seconds, connections: CONNECTIONS };
    rows.push(...(await measureGuards({ load, service, times, folder, say, ending })));
  }
}

/** A service with a database of its own, and in it those who use it. */
async function openService(postgres, algorithm, core = 'server') {
  say(`starting the service (${algorithm})`);
  const databaseUrl = await postgres.createDatabase(`bench_${algorithm.toLowerCase()}_${core}`);
  const service = await startService({ databaseUrl, algorithm, profile: options.profile, core });
  ending(() => service.stop());
  const db = new pg.Client(databaseUrl);
  await db.connect();
  ending(() => db.end());
  const richAccount = await seedRichAccount(db);
  return {
    service,
    db,
    databaseUrl,
    richAccount,
    people: await seedPeople(db, PASSWORD),
    client: (await seedClient(db, { clientId: 'bench', patterns: ['tokens:introspect', 'finance:*'] })).authorization,
  };
}

async function measureBareHttp(load) {
  const port = await freePort();
  const child = await started('bare-http.mjs', [port]);
  await load.define({ define: 'bare', port, method: 'GET', path: '/' });
  const { a } = await compare([{ load, plan: 'bare', pid: child.pid }], {
    rounds: 3,
    seconds: 1,
    connections: CONNECTIONS,
  });
  rows.push(row('a bare node:http server (what the generator can do)', a));
  await stop(child);
}

async function makeTokens({ service, db, people }, count) {
  say(`making ${count} tokens`);
  return seedTokens(db, { service, people, password: PASSWORD, count });
}

async function measureGuarded(load, { service, db }, tokens) {
  const live = tokens.slice(0, MANY_TOKENS).map(({ token }) => token);
  const doomed = tokens.slice(MANY_TOKENS);
  const get = (path) => ({ port: service.port, method: 'GET', path });
  const guarded = { ...get('/bench/guarded'), headers: { Authorization: 'Bearer {}' } };
  await load.define({ define: 'open', ...get('/bench/open') });
  await load.define({ define: 'few', ...guarded, values: shuffled(live.slice(0, FEW_TOKENS)) });
  await load.define({ define: 'many', ...guarded, values: shuffled(live) });
  await load.define({ define: 'doomed', ...guarded, values: doomed.map(({ token }) => token) });
  const pair = (plan) => [
    { load, plan, pid: service.pid },
    { load, plan: 'open', pid: service.pid },
  ];
  const times = { rounds, seconds, connections: CONNECTIONS };

  await load.each('few', CONNECTIONS, 200);
  say(`guarded route, ${FEW_TOKENS} tokens in use`);
  const few = await compare(pair('few'), times);
  rows.push(
    row(`guarded route, ${thousands(FEW_TOKENS)} tokens in use`, few.a, few.b, 'the same route, open', { ratio: 0.85 }),
  );

  say(`${REVOKED_TOKENS} tokens are used, revoked, and used again`);
  await load.each('doomed', CONNECTIONS, 200);
  await revoke(
    db,
    doomed.map(({ jti }) => jti),
  );
  // The news is heard within a look at the change log or two.
  await new Promise((resolve) => setTimeout(resolve, 250));
  await load.each('doomed', CONNECTIONS, 401);

  say(`${MANY_TOKENS} live tokens come into use`);
  const memory = residentBytes(service.pid);
  const first = await load.each('many', CONNECTIONS, 200);
  const each = Math.round((residentBytes(service.pid) - memory) / MANY_TOKENS / 100) / 10;
  rows.push(row(`a token’s first use (signature, registry); holding it takes ${each} kB`, first));
  say('guarded route with all of them');
  const many = await compare(pair('many'), times);
  rows.push(
    row(
      `guarded route, ${thousands(MANY_TOKENS)} live tokens in use, ${thousands(REVOKED_TOKENS)} revoked`,
      many.a,
      many.b,
      'the same route, open',
      { ratio: 0.7 },
    ),
  );
}

async function measureIntrospection(load, { service, client }, tokens) {
  say('introspection, against oidc-provider');
  const port = await freePort();
  const secret = 'a-secret-of-the-comparison-alone';
  const other = await started('oidc-provider.mjs', [port, secret]);
  const introspection = { method: 'POST', body: 'token={}' };
  await load.define({
    define: 'ours',
    ...introspection,
    port: service.port,
    path: '/introspect',
    headers: { ...FORM, Authorization: client },
    values: shuffled(tokens.slice(0, INTROSPECTED_TOKENS).map(({ token }) => token)),
  });
  const authorization = `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}`;
  await load.define({
    define: 'theirs',
    ...introspection,
    port,
    path: '/token/introspection',
    headers: { ...FORM, Authorization: authorization },
    values: await othersTokens(port, authorization, INTROSPECTED_TOKENS),
  });
  await checkActive(`http://127.0.0.1:${service.port}/introspect`, client, tokens[0].token);
  await load.each('ours', CONNECTIONS, 200);
  const { a, b } = await compare(
    [
      { load, plan: 'ours', pid: service.pid },
      { load, plan: 'theirs', pid: other.pid },
    ],
    { rounds, seconds, connections: CONNECTIONS },
  );
  rows.push(row('introspection of live tokens', a, b, 'oidc-provider 9, in memory', { rate: 12_000, ratio: 2 }));
  await stop(other);
}

async function othersTokens(port, authorization, count) {
  const tokens = [];
  for (let index = 0; index < count; index++) {
    const response = await fetch(`http://127.0.0.1:${port}/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'finance:read' }),
    });
    const { access_token: token } = await response.json();
    tokens.push(token);
  }
  await checkActive(`http://127.0.0.1:${port}/token/introspection`, authorization, tokens[0]);
  return tokens;
}

/** A wrong answer is quickly given. */
async function checkActive(url, authorization, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ token }),
  });
  const text = await response.text();
  if (!text.includes('"active":true')) throw new Error(`${url} answered ${response.status} ${text}`);
}

async function measureIssue(load, rs256, es256) {
  say('client_credentials and refresh');
  const token = ({ service }) => ({ port: service.port, method: 'POST', path: '/token' });
  for (const [name, one] of Object.entries({ RS256: rs256, ES256: es256 })) {
    await load.define({
      define: `client ${name}`,
      ...token(one),
      headers: { ...FORM, Authorization: one.client },
      body: 'grant_type=client_credentials',
    });
    await load.define({
      define: `refresh ${name}`,
      ...token(one),
      headers: FORM,
      body: 'grant_type=refresh_token&refresh_token={}',
      follow: 'refresh_token',
      values: await seedRefreshTokens(one.db, {
        people: one.people,
        count: CONNECTIONS,
        audience: one.service.url,
      }),
    });
  }
  for (const { what, plan, bars } of [
    { what: 'client_credentials', plan: 'client', bars: { RS256: 800, ES256: 1_500 } },
    { what: 'refresh', plan: 'refresh', bars: { RS256: 600, ES256: 600 } },
  ]) {
    const { a, b } = await compare(
      [
        { load, plan: `${plan} RS256`, pid: rs256.service.pid },
        { load, plan: `${plan} ES256`, pid: es256.service.pid },
      ],
      { rounds, seconds, connections: CONNECTIONS },
    );
    rows.push(row(`${what}, RS256`, a, undefined, '', { rate: bars.RS256 }));
    rows.push(row(`${what}, ES256`, b, undefined, '', { rate: bars.ES256 }));
  }
}

async function measurePermissionLoad({ databaseUrl, richAccount }) {
  say('cold permission load');
  const child = await started('permission-load.mjs', [databaseUrl]);
  const load = (loads) => ask(child, { accountId: richAccount, loads });
  const { groups, roles } = await load(1_000);
  const times = [];
  for (let round = 0; round < rounds; round++) times.push((await load(1_000)).milliseconds);
  const milliseconds = times.toSorted((one, other) => one - other)[Math.floor(rounds / 2)];
  rows.push(
    row(`cold permission load (${groups} groups, ${roles} roles)`, { milliseconds }, undefined, '', {
      milliseconds: 0.3,
    }),
  );
  await stop(child);
}

/** Starts a program beside this one on the server's core, and waits until it says that it is ready. */
async function started(program, args) {
  const child = start({ core: 'server', program, args: args.map(String), quiet: true });
  ending(() => stop(child));
  await answerOf(child);
  return child;
}

/** Puts the table in the place of the former one. */
async function document(report) {
  const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split('<!-- bench:begin -->');
  const after = rest.split('<!-- bench:end -->')[1];
  const table = await format(markdown(report), { parser: 'markdown' });
  await writeFile(page, `${before}<!-- bench:begin -->\n\n${table}\n<!-- bench:end -->${after}`);
  say('written into docs/performance.md');
}

/** In an order that has nothing to do with that in which they were made. */
function shuffled(items) {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [result[index], result[other]] = [result[other], result[index]];
  }
  return result;
}

function thousands(count) {
  return count.toLocaleString('en');
}

try {
  await runAll();
  const report = {
    at: new Date().toISOString(),
    node: process.version,
    processor: cpus()[0]?.model,
    placement,
    mode: options.full ? 'full' : 'quick',
    rounds,
    seconds,
    rows,
  };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else printTable(rows);
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `${report.at.replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  say(`written to ${file}`);
  if (options.document) await document(report);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const end of closing.toReversed()) await end();
}
