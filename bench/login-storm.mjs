// What a storm of logins does to everybody else: p99 of an open and of a guarded route while 64 logins run at once
// without pause, as a multiple of the same while it is quiet. Rounds alternate; the medians count.
//
//   node bench/login-storm.mjs --url http://127.0.0.1:8000 --username frank --password … [--seconds 4] [--rounds 5]
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const LOGINS_AT_ONCE = 64;
const ROUTES = { live: '/health/live', guarded: '/finance/data' };

/** One request over a kept connection; its status and body. */
function ask(agent, url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

function login(agent, { url, username, password }) {
  const body = new URLSearchParams({ username, password }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
  return ask(agent, `${url}/token`, { method: 'POST', headers, body });
}

/** Asks both routes in turn, one request at a time with a breath between, and answers their p99 in milliseconds. */
async function probe({ url, seconds }, token) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = { live: [], guarded: [] };
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    for (const [name, path] of Object.entries(ROUTES)) {
      const start = performance.now();
      const headers = name === 'guarded' ? { authorization: `Bearer ${token}` } : {};
      const { status } = await ask(agent, url + path, { headers });
      if (status !== 200) throw new Error(`${path} answered ${status}`);
      times[name].push(performance.now() - start);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  agent.destroy();
  return { live: quantile(times.live, 0.99), guarded: quantile(times.guarded, 0.99) };
}

/** Logs in without pause, so many at once, until it is told to stop; then says how many logins there were. */
async function storm(target) {
  const agent = new Agent({ keepAlive: true });
  const stopped = new AbortController();
  let done = 0;
  process.once('message', () => stopped.abort());
  await Promise.all(
    Array.from({ length: LOGINS_AT_ONCE }, async () => {
      while (!stopped.signal.aborted) {
        const { status } = await login(agent, target);
        if (status === 200) done++;
      }
    }),
  );
  process.send({ done });
  process.disconnect();
  agent.destroy();
}

function quantile(times, q) {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

const median = (numbers) => quantile(numbers, 0.5);

/** Runs the rounds. The ratios are storm to quiet, of the medians over the rounds. */
export async function measureLoginStorm({ url, username, password, seconds = 4, rounds = 5 }) {
  const target = { url, username, password, seconds };
  const agent = new Agent();
  const { text } = await login(agent, target);
  const { access_token: token } = JSON.parse(text);
  agent.destroy();

  await probe({ url, seconds: 1 }, token);
  const quiet = [];
  const stormy = [];
  let logins = 0;
  for (let round = 0; round < rounds; round++) {
    quiet.push(await probe(target, token));
    const child = fork(import.meta.filename, ['--storm', JSON.stringify(target)]);
    const ended = new Promise((resolve) => child.once('message', ({ done }) => resolve(done)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    stormy.push(await probe(target, token));
    child.send('stop');
    logins += await ended;
  }
  const of = (results, name) => median(results.map((result) => result[name]));
  return {
    logins,
    routes: Object.keys(ROUTES).map((name) => ({
      route: ROUTES[name],
      quiet: of(quiet, name),
      storm: of(stormy, name),
      ratio: of(stormy, name) / of(quiet, name),
    })),
  };
}

if (process.argv[2] === '--storm') {
  await storm(JSON.parse(process.argv[3]));
} else if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { url: text, username: text, password: text, seconds: text, rounds: text } });
  const { url, username, password } = values;
  const result = await measureLoginStorm({
    url,
    username,
    password,
    seconds: Number(values.seconds ?? 4),
    rounds: Number(values.rounds ?? 5),
  });
  console.log(`${result.logins} logins`);
  console.table(
    result.routes.map(({ route, quiet, storm: inStorm, ratio }) => ({
      route,
      'quiet p99 (ms)': quiet.toFixed(2),
      'storm p99 (ms)': inStorm.toFixed(2),
      ratio: ratio.toFixed(2),
    })),
  );
}
