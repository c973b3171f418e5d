// What administration costs with a million accounts, beside the same with a thousand. Not among the parts of every run:
// filling the database takes minutes.
import { PASSWORD } from '../seed.mjs';
import { seedDirectory } from '../seed-directory.mjs';
import { quantile } from '../quantile.mjs';
import { row } from '../report.mjs';

const SMALL = { accounts: 1_000, groups: 200, roles: 100 };
const LARGE = { accounts: Number(process.env.ACCOUNTS ?? 1_000_000), groups: 10_000, roles: 1_000 };
const ASKED = 200;

/** What must not change at all, whatever else is in the database: so often, since a difference of a tenth is looked for. */
const UNCHANGED = { 'a login (bcrypt, cost 10)': 200, 'a guarded route': 4_000 };
const WARM_UP = 20;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureAdministration(run) {
  const [small, large] = [await open(run, SMALL), await open(run, LARGE)];
  const rows = [];
  for (const question of Object.keys(small.questions)) {
    const times = { small: [], large: [] };
    const unchanged = UNCHANGED[question];
    // In turn, so that what else the machine does falls on both.
    for (let index = 0; index < (unchanged ?? ASKED) + WARM_UP; index++) {
      for (const [name, one] of Object.entries({ small, large })) {
        const time = await one.questions[question](index);
        if (index >= WARM_UP) times[name].push(time);
      }
    }
    const share = unchanged ? 0.5 : 0.95;
    const [few, many] = [quantile(times.small, share), quantile(times.large, share)];
    const bar = unchanged ? { ratioAtMost: 1.1 } : { milliseconds: 50, ratioAtMost: 3 };
    const what = `${question}, ${LARGE.accounts.toLocaleString('en')} accounts, ${unchanged ? 'median' : 'p95'}`;
    const name = `${SMALL.accounts.toLocaleString('en')} accounts`;
    rows.push(row(what, { milliseconds: many }, { milliseconds: few }, name, bar));
  }
  return rows;
}

async function open(run, size) {
  const { service, db, people } = await run.openService({ bcryptCost: 10 });
  const { inMany, seconds } = await seedDirectory(db, size, (text) => run.say(text));
  run.say(`${size.accounts} accounts, ${size.groups} groups, ${size.roles} roles: seeded in ${seconds.toFixed(0)} s`);
  await db.query(
    `INSERT INTO gatehouse.account_roles SELECT $1, id FROM gatehouse.roles WHERE name = 'administrator'`,
    [people[0].id],
  );
  const login = () =>
    fetch(`${service.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ username: people[0].username, password: PASSWORD }),
    });
  const { access_token: token } = await (await login()).json();
  const headers = { Authorization: `Bearer ${token}` };
  const ask = (path, init) => () =>
    timed(() => fetch(service.url + path, { ...init, headers: { ...headers, ...init?.headers } }));
  const { rows: ends } = await db.query(
    `SELECT username_key AS value, id::text FROM gatehouse.accounts WHERE kind = 'user'
      ORDER BY username_key DESC, id::text DESC OFFSET 50 LIMIT 1`,
  );
  // As readPage writes them: where the last page begins.
  const cursor = Buffer.from(JSON.stringify(['username', ends[0].value, ends[0].id])).toString('base64url');
  const checks = people.slice(0, 100).map(({ id }) => ({ accountId: id, permission: 'finance:read' }));
  const json = { method: 'POST', body: JSON.stringify({ checks }), headers: { 'Content-Type': 'application/json' } };
  const rare = (index) => `hofmann ${(index * 7_919) % size.accounts}`;
  return {
    questions: {
      'the first page of the list': ask('/users'),
      'its last page': ask(`/users?cursor=${cursor}`),
      'a search by part of a name that one has': (index) => ask(`/users?q=${encodeURIComponent(rare(index))}`)(),
      'a search by part of a name that a tenth have': ask('/users?q=fmann'),
      'an account in 200 groups': ask(`/users/${inMany}`),
      'its permissions, with reasons': ask(`/users/${inMany}/permissions`),
      '100 questions at POST /access/check': ask('/access/check', json),
      'a login (bcrypt, cost 10)': () => timed(login),
      'a guarded route': ask('/bench/guarded'),
    },
  };
}

/** Milliseconds of one request, which must succeed. */
async function timed(request) {
  const begun = performance.now();
  const response = await request();
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status} ${text}`);
  return performance.now() - begun;
}
