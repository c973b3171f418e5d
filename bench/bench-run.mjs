// What the parts of the benchmark share.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { secondsSince } from '../scripts/run.mjs';
import { LoadGenerator } from './measure.mjs';
import { startPostgres } from './postgres.mjs';
import { answerOf, freePort, start, stop } from './processes.mjs';
import { seedClient, seedPeople, seedRichAccount } from './seed.mjs';
import { startService } from './service.mjs';

const CONNECTIONS = 64;

/** One run: the database server, the load generator, services, and whatever has to be ended after a part or at the end. */
export class BenchRun {
  #begun = performance.now();
  #profile;
  #postgres;
  #main;
  #databases = 0;
  #endOfRun = [];
  #endOfPart = [];

  /** @param {{ rounds: number, seconds: number, profile?: string }} options profile: a folder for the service's processor profiles */
  constructor({ rounds, seconds, profile }) {
    this.#profile = profile;
    /** How long to measure, for `compare`. */
    this.times = { rounds, seconds, connections: CONNECTIONS };
  }

  /** Starts what every part needs. */
  async open() {
    /** For what is too large for a message. */
    this.folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
    this.#endOfRun.push(() => rm(this.folder, { recursive: true, force: true }));
    this.#postgres = await startPostgres();
    this.#endOfRun.push(() => this.#postgres.stop());
    this.load = new LoadGenerator(this.folder);
    this.#endOfRun.push(() => this.load.stop());
  }

  /** Says on the terminal what is being done; standard output is for the figures. */
  say(text) {
    console.error(`${secondsSince(this.#begun).padStart(8)}  ${text}`);
  }

  /** Measures one part, and ends what it opened. */
  async measure(part) {
    try {
      return await part(this);
    } finally {
      await endAll(this.#endOfPart);
    }
  }

  /** The service that parts share as long as they don't care which: RS256, on the server's core. */
  async main() {
    if (!this.#main) {
      this.#main = await this.#openService({ algorithm: 'RS256' }, this.#endOfRun);
    }
    return this.#main;
  }

  /**
   * A service for this part alone, with a database of its own, and in it those who use it.
   *
   * @param {{ algorithm?: 'RS256' | 'ES256', core?: string, bcryptCost?: number }} options bcryptCost: of its people too
   */
  openService(options) {
    return this.#openService(options, this.#endOfPart);
  }

  async #openService({ algorithm = 'RS256', core = 'server', bcryptCost }, endings) {
    this.say(`starting the service (${algorithm})`);
    const databaseUrl = await this.createDatabase();
    const service = await startService({ databaseUrl, algorithm, profile: this.#profile, core, bcryptCost });
    endings.push(() => service.stop());
    const db = new pg.Client(databaseUrl);
    await db.connect();
    endings.push(() => db.end());
    const richAccount = await seedRichAccount(db);
    const people = await seedPeople(db, bcryptCost ?? 4);
    const { authorization: client } = await seedClient(db, {
      clientId: 'bench',
      patterns: ['tokens:introspect', 'finance:*'],
    });
    return { service, db, databaseUrl, richAccount, people, client };
  }

  /** Makes a database on the server, and answers its address. */
  createDatabase() {
    return this.#postgres.createDatabase(`bench_${++this.#databases}`);
  }

  /**
   * Starts one of the programs beside this one for this part, and waits until it says that it is ready.
   *
   * @param {string} program
   * @param {object} [options] what it is told, beside its port
   * @param {{ core?: string, env?: object }} [where] env: what differs in its environment
   */
  async launch(program, options = {}, { core = 'server', env: differing } = {}) {
    const port = await freePort();
    const env = { ...process.env, NODE_ENV: 'production', ...differing };
    const child = start({ core, program, args: [JSON.stringify({ port, ...options })], quiet: true, env });
    this.#endOfPart.push(() => stop(child));
    const ready = await answerOf(child);
    return { port, pid: child.pid, url: `http://127.0.0.1:${port}`, child, ready };
  }

  /**
   * One of those that are compared: the requests that are made (see load.mjs), and the server that answers them.
   *
   * @param {string} plan a name for the requests
   * @param {{ port: number, pid: number }} server
   * @param {object} request
   */
  async contender(plan, { port, pid }, request) {
    await this.load.define({ define: plan, port, method: 'GET', ...request });
    return { load: this.load, plan, pid };
  }

  /**
   * Likewise of a guarded route. Each token comes into use here, and the guard must refuse what is none: one that lets
   * everybody in would be the fastest.
   *
   * @param {object} [headers] that carry a token
   */
  async guarded(plan, server, path, tokens, headers = { Authorization: 'Bearer {}' }) {
    const refused = `${plan}, with no token`;
    await this.contender(refused, server, { path, headers, values: ['nonsense'] });
    await this.load.each(refused, 1, 401);
    const contender = await this.contender(plan, server, { path, headers, values: tokens });
    await this.load.each(plan, CONNECTIONS, 200);
    return contender;
  }

  /** Ends everything. */
  close() {
    return endAll(this.#endOfRun);
  }
}

/** The last first. */
async function endAll(endings) {
  while (endings.length > 0) await endings.pop()();
}
