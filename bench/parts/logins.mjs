// Logins beside nothing but their bcrypt, and beside better-auth's. All of them have all cores, and as many threads.
import { threadPoolSize } from '../../scripts/thread-pool.mjs';
import { compare } from '../measure.mjs';
import { FORM } from '../oauth-client.mjs';
import { ask, coresOf } from '../processes.mjs';
import { row } from '../report.mjs';
import { PASSWORD } from '../seed.mjs';

/** What the service hashes with unless it is told otherwise. */
const COST = 12;

/** A round must see many hashes of a quarter of a second each. */
const SECONDS = 3;

/** Enough that no two logins of one person run at once. */
const PEOPLE = 100;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureLogins(run) {
  const cores = coresOf('all');
  const where = { core: 'all', env: { UV_THREADPOOL_SIZE: String(threadPoolSize(cores)) } };
  const { service, people } = await run.openService({ core: 'all', bcryptCost: COST });
  run.say('starting better-auth, and bcrypt alone');
  const betterAuth = await run.launch(
    'peers/better-auth.mjs',
    {
      databaseUrl: await run.createDatabase(),
      cookieCacheSeconds: 0,
      sessions: 0,
      people: PEOPLE,
      password: PASSWORD,
    },
    where,
  );
  const bcrypt = await run.launch('apps/bcrypt.mjs', { cost: COST, password: PASSWORD }, where);
  const names = people.slice(0, PEOPLE).map(({ username }) => username);
  run.say('logins');
  const { all } = await compare(
    [
      await run.contender('login', service, {
        method: 'POST',
        path: '/token',
        headers: FORM,
        body: `grant_type=password&username={}&password=${encodeURIComponent(PASSWORD)}`,
        values: names,
      }),
      { load: { run: (_plan, times) => ask(bcrypt.child, times) }, plan: 'bcrypt', pid: bcrypt.pid },
      await run.contender('better-auth login', betterAuth, {
        method: 'POST',
        path: '/api/auth/sign-in/email',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: '{}@example.org', password: PASSWORD }),
        values: names,
      }),
    ],
    // Twice as many at once as can be worked on: nobody idles, and a round soon ends.
    { ...run.times, seconds: Math.max(run.times.seconds, SECONDS), connections: 2 * cores },
  );
  const [ours, bare, theirs] = all;
  const what = `login (password grant, RS256, refresh token), bcrypt of cost ${COST}, all cores`;
  return [
    row(what, ours, bare, 'bcrypt alone, the same cost, all cores', { ratio: 0.9 }),
    row(what, ours, theirs, 'better-auth 1.7’s sign-in, whose hash is another: scrypt, N 16384, r 16'),
  ];
}
