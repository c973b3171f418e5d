// What logins do to everybody else: p99 of a guarded route while more of them run at once than there are cores, ours and
// that of the usual Nest template, whose hashes take whatever threads there are.
import bcrypt from 'bcrypt';
import { StormySite } from '../login-storm.mjs';
import { row } from '../report.mjs';
import { PASSWORD } from '../seed.mjs';

/** What the service hashes with unless it is told otherwise. */
const COST = 12;

/** More than any pool has threads. With more of them each waits longer, and a round would take long to end. */
const LOGINS_AT_ONCE = 16;

/** A round must see enough requests for a p99. */
const SECONDS = 2;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureStorm(run) {
  const { service, people } = await run.openService({ bcryptCost: COST });
  const [{ id, username }] = people;
  const user = { id, username, hash: await bcrypt.hash(PASSWORD, COST) };
  // As many threads in libuv's pool as there are where nobody has thought about them.
  const template = await run.launch('apps/nest-passport.mjs', { user }, { env: { UV_THREADPOOL_SIZE: undefined } });
  const who = { username, password: PASSWORD, loginsAtOnce: LOGINS_AT_ONCE };
  const ours = new StormySite({
    ...who,
    url: service.url,
    routes: { live: '/health/live', guarded: '/bench/guarded' },
  });
  const theirs = new StormySite({ ...who, url: template.url, routes: { live: '/open', guarded: '/guarded' } });

  await ours.warmUp();
  await theirs.warmUp();
  for (let round = 1; round <= run.times.rounds; round++) {
    run.say(`${LOGINS_AT_ONCE} logins at once, round ${round} of ${run.times.rounds}`);
    for (const site of round % 2 ? [ours, theirs] : [theirs, ours]) {
      await site.round(Math.max(run.times.seconds, SECONDS));
    }
  }
  const what = `p99 while ${LOGINS_AT_ONCE} logins run at once, bcrypt of cost ${COST}`;
  return [
    stormRow(`guarded route, ${what}`, ours, 'guarded', { ratioAtMost: 2.5 }),
    stormRow(`/health/live, ${what}`, ours, 'live'),
    stormRow(`usual Nest template (bcrypt.compare, passport-jwt), ${what}`, theirs, 'guarded'),
  ];
}

function stormRow(what, site, name, bar) {
  const { quiet, storm, spread } = site.results().find((result) => result.name === name);
  return row(what, { milliseconds: storm, spread }, { milliseconds: quiet }, 'while it is quiet', bar);
}
