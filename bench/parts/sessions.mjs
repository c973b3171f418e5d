// Our guarded route beside guards that ask a database at each request, on the same database server: they refuse what is
// revoked as soon as ours does, or sooner, and pay for it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { compare } from '../measure.mjs';
import { peerClient, post } from '../oauth-client.mjs';
import { row } from '../report.mjs';
import { PASSWORD, seedApplication, seedTokens } from '../seed.mjs';

const TOKENS = 1_000;

/** Longer than better-auth's default of five minutes, so that none of them ends while it is measured. */
const COOKIE_CACHE_SECONDS = 3_600;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureSessions(run) {
  const main = await run.main();
  const tokens = await seedTokens(main.db, { ...main, count: TOKENS });
  // On the other core, as on another machine: what it tells the application must not wait for the application.
  const application = await seedApplication(await run.openService({ core: 'rest' }), TOKENS);
  const fastify = await run.launch('apps/fastify-gatehouse.mjs', application.settings);
  const contenders = [
    await run.guarded(
      'sessions: ours',
      main.service,
      '/bench/guarded',
      tokens.map(({ token }) => token),
    ),
    await run.guarded('sessions: Fastify', fastify, '/guarded', application.tokens),
    await betterAuth(run, 0),
    await betterAuth(run, COOKIE_CACHE_SECONDS),
    await oauth2Server(run),
  ];
  const { all } = await compare(contenders, run.times);
  const [ours, oursFastify, uncached, cached, bearer] = all;

  const [, , withoutCache, withCache, withBearer] = contenders;
  await revokeAll(run, withoutCache, 'DELETE FROM session', 401);
  await revokeAll(run, withCache, 'DELETE FROM session', 200);
  await revokeAll(run, withBearer, 'DELETE FROM tokens', 401);
  const accepted = (text) => `; a revoked one is accepted for: ${text}`;
  const what = `guarded route of the service${accepted('a quarter of a second at most')}`;
  const client = `Fastify, Gatehouse’s client${accepted('a second, if anything fails; else some 50 ms')}`;
  const others = {
    uncached: `Fastify, better-auth 1.7, sessions on PostgreSQL${accepted('no time')}`,
    cached: `Fastify, better-auth 1.7 with its cookie cache${accepted('up to five minutes, by default')}`,
    bearer: `Fastify, @node-oauth/oauth2-server 5, tokens on PostgreSQL${accepted('no time')}`,
  };
  return [
    row(what, ours, uncached, others.uncached, { ratio: 20 }),
    row(what, ours, cached, others.cached),
    row(what, ours, bearer, others.bearer),
    row(client, oursFastify, uncached, others.uncached),
    row(client, oursFastify, cached, others.cached),
    row(client, oursFastify, bearer, others.bearer),
  ];
}

/** Whether what the rows say of revoked ones is so; of ours the part `guarded` asks the same. */
async function revokeAll(run, { plan, databaseUrl }, statement, status) {
  const db = new pg.Client(databaseUrl);
  await db.connect();
  try {
    await db.query(statement);
  } finally {
    await db.end();
  }
  await run.load.each(plan, run.times.connections, status);
}

async function betterAuth(run, cookieCacheSeconds) {
  run.say(`starting better-auth, cookie cache ${cookieCacheSeconds > 0 ? 'on' : 'off'}`);
  const cookiesFile = join(run.folder, `cookies-${cookieCacheSeconds}`);
  const databaseUrl = await run.createDatabase();
  const server = await run.launch('peers/better-auth.mjs', {
    databaseUrl,
    cookieCacheSeconds,
    sessions: TOKENS,
    cookiesFile,
    people: 10,
    password: PASSWORD,
  });
  const cookies = (await readFile(cookiesFile, 'utf8')).split('\n');
  const plan = `better-auth, ${cookieCacheSeconds}`;
  return { ...(await run.guarded(plan, server, '/guarded', cookies, { Cookie: '{}' })), databaseUrl };
}

async function oauth2Server(run) {
  const { clientSecret, authorization } = peerClient();
  const databaseUrl = await run.createDatabase();
  const server = await run.launch('peers/oauth2-server.mjs', { databaseUrl, clientSecret });
  const form = { grant_type: 'client_credentials' };
  const tokens = [];
  while (tokens.length < TOKENS) tokens.push((await post(`${server.url}/token`, authorization, form)).access_token);
  return { ...(await run.guarded('oauth2-server', server, '/guarded', tokens)), databaseUrl };
}
