// What guarding costs in the service itself: the same handler, open and guarded, and what the usual template does.
import { setTimeout as elapse } from 'node:timers/promises';
import { compare } from '../measure.mjs';
import { residentBytes } from '../processes.mjs';
import { row, thousands } from '../report.mjs';
import { revoke, seedTokens } from '../seed.mjs';
import { shuffled } from '../shuffled.mjs';

const FEW_TOKENS = 1_000;
const MANY_TOKENS = 100_000;
const REVOKED_TOKENS = 10_000;

/** Longer than the change log takes to tell what was revoked. Milliseconds. */
const NEWS = 250;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureGuarded(run) {
  const main = await run.main();
  const { service, db } = main;
  run.say(`making ${MANY_TOKENS + REVOKED_TOKENS} tokens`);
  const tokens = await seedTokens(db, { ...main, count: MANY_TOKENS + REVOKED_TOKENS });
  const live = tokens.slice(0, MANY_TOKENS).map(({ token }) => token);
  const open = await run.contender('open', service, { path: '/bench/open' });
  const few = await measureFew(run, { service, open, tokens: shuffled(live.slice(0, FEW_TOKENS)) });
  await refuseRevoked(run, { service, db, doomed: tokens.slice(MANY_TOKENS) });
  return [...few, ...(await measureMany(run, { service, open, tokens: shuffled(live) }))];
}

async function measureFew(run, { service, open, tokens }) {
  const { kid } = JSON.parse(Buffer.from(tokens[0].split('.')[0], 'base64url'));
  const passport = await run.launch('apps/nest-passport.mjs', { issuer: service.url, kid });
  run.say(`guarded route, ${FEW_TOKENS} tokens in use`);
  const padding = { 'X-Padding': 'x'.repeat(`Bearer ${tokens[0]}`.length) };
  const { all } = await compare(
    [
      await run.guarded('few', service, '/bench/guarded', tokens),
      open,
      await run.contender('as long', service, { path: '/bench/open', headers: padding }),
      await run.guarded('passport', passport, '/guarded', tokens),
      await run.contender('passport open', passport, { path: '/open' }),
    ],
    run.times,
  );
  const [guarded, opened, asLong, template, openTemplate] = all;
  const what = `guarded route, ${thousands(FEW_TOKENS)} tokens in use`;
  return [
    row(what, guarded, opened, 'the same route, open', { ratio: 0.85 }),
    // To take in the kilobyte that a token is costs more than to decide about it.
    row(what, guarded, asLong, 'the same route, open, of a request as long'),
    row(
      'passport-jwt alone, as in the usual Nest template; a revoked token is accepted for: until it expires',
      template,
      openTemplate,
      'the same route, open',
    ),
    row(
      `${what}; a revoked token is accepted for: a quarter of a second at most`,
      guarded,
      template,
      'passport-jwt alone',
    ),
  ];
}

/** Tokens that are known and then revoked are refused; a wrong answer would be quickly given. */
async function refuseRevoked(run, { service, db, doomed }) {
  run.say(`${doomed.length} tokens are used, revoked, and used again`);
  const tokens = doomed.map(({ token }) => token);
  await run.guarded('doomed', service, '/bench/guarded', tokens);
  await revoke(
    db,
    doomed.map(({ jti }) => jti),
  );
  await elapse(NEWS);
  await run.load.each('doomed', run.times.connections, 401);
}

async function measureMany(run, { service, open, tokens }) {
  run.say(`${tokens.length} live tokens come into use`);
  const many = await run.contender('many', service, {
    path: '/bench/guarded',
    headers: { Authorization: 'Bearer {}' },
    values: tokens,
  });
  const memory = residentBytes(service.pid);
  const first = await run.load.each('many', run.times.connections, 200);
  const each = Math.round((residentBytes(service.pid) - memory) / tokens.length / 100) / 10;
  run.say('guarded route with all of them');
  const { a, b } = await compare([many, open], run.times);
  const what = `guarded route, ${thousands(MANY_TOKENS)} live tokens in use, ${thousands(REVOKED_TOKENS)} revoked`;
  return [
    row(`a token’s first use (signature, registry); holding it takes ${each} kB`, first),
    row(what, a, b, 'the same route, open', { ratio: 0.7 }),
  ];
}
