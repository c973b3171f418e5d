// What a storm of logins does to everybody else: p99 of an open and of a guarded route while many logins run at once
// without pause, as a multiple of the same while it is quiet. Rounds alternate; the medians count.
//
//   node bench/login-storm.mjs --url http://127.0.0.1:8000 --username frank --password … [--seconds 4] [--rounds 5]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as elapse } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median, quantile } from './quantile.mjs';

const LOGINS_AT_ONCE = 64;
const ROUTES = { live: '/health/live', guarded: '/finance/data' };

/** Until all of them have reached the server. Milliseconds. */
const GATHERING = 500;

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

/** Logs in without pause, so many at once, until it is told to stop; then says how many logins there were. */
async function storm({ loginsAtOnce, ...target }) {
  const agent = new Agent({ keepAlive: true });
  const stopped = new AbortController();
  let done = 0;
  process.once('message', () => stopped.abort());
  await Promise.all(
    Array.from({ length: loginsAtOnce }, async () => {
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

/** A service in quiet and in storm. Its guarded route takes the tokens of its `POST /token`. */
export class StormySite {
  #target;
  #routes;
  #token;
  #quiet = [];
  #stormy = [];
  /** How many logins there were in all storms. */
  logins = 0;

  /**
   * @param {{ url: string, username: string, password: string, routes?: { live: string, guarded: string }, loginsAtOnce?: number }} site
   */
  constructor({ routes = ROUTES, loginsAtOnce = LOGINS_AT_ONCE, ...target }) {
    this.#routes = routes;
    this.#target = { ...target, loginsAtOnce };
  }

  /** Logs in, and asks for a second without counting. */
  async warmUp() {
    const agent = new Agent();
    const { status, text } = await login(agent, this.#target);
    agent.destroy();
    if (status !== 200) throw new Error(`Nobody could log in at ${this.#target.url}: ${status} ${text}`);
    this.#token = JSON.parse(text).access_token;
    await this.#probe(1);
  }

  /** So many seconds of quiet, and as many of storm. */
  async round(seconds) {
    this.#quiet.push(await this.#probe(seconds));
    const child = fork(import.meta.filename, ['--storm', JSON.stringify(this.#target)]);
    await elapse(GATHERING);
    this.#stormy.push(await this.#probe(seconds));
    if (child.exitCode !== null) throw new Error('The logins ended too soon; their own words are above.');
    child.send('stop');
    const [{ done }] = await once(child, 'message');
    this.logins += done;
  }

  /** p99 of each route in milliseconds, the median of the rounds. */
  results() {
    const of = (results, name) => median(results.map((result) => result[name]));
    return Object.entries(this.#routes).map(([name, route]) => ({
      name,
      route,
      quiet: of(this.#quiet, name),
      storm: of(this.#stormy, name),
      ratio: of(this.#stormy, name) / of(this.#quiet, name),
      spread: spread(this.#stormy.map((result) => result[name])),
    }));
  }

  /** Asks both routes in turn, one request at a time with a breath between, and answers their p99 in milliseconds. */
  async #probe(seconds) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const times = { live: [], guarded: [] };
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end) {
      for (const [name, path] of Object.entries(this.#routes)) {
        const start = performance.now();
        const headers = name === 'guarded' ? { authorization: `Bearer ${this.#token}` } : {};
        const { status } = await ask(agent, this.#target.url + path, { headers });
        if (status !== 200) throw new Error(`${path} answered ${status}`);
        times[name].push(performance.now() - start);
      }
      await elapse(2);
    }
    agent.destroy();
    return { live: quantile(times.live, 0.99), guarded: quantile(times.guarded, 0.99) };
  }
}

function spread(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** Runs the rounds. The ratios are storm to quiet, of the medians over the rounds. */
export async function measureLoginStorm({ seconds = 4, rounds = 5, ...options }) {
  const site = new StormySite(options);
  await site.warmUp();
  for (let round = 0; round < rounds; round++) await site.round(seconds);
  return { logins: site.logins, routes: site.results() };
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
