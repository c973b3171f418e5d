import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGatehouse, definePermissions, type Gatehouse, type Principal } from '../../src/client/index.js';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { connect, type ConnectedClient } from '../support/connected.js';
import { TestEnvironment } from '../support/environment.js';
import { claimsOf } from '../support/oauth.js';
import { freePort, preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { quantile } from '../support/quantile.js';
import { undisturbed } from '../support/undisturbed.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

const CLIENTS = 100;
/**
 * What happens to one application in a round happens to most, so that a percentile of all is one of the rounds: of fewer than
 * a hundred the slowest was all that counted.
 */
const ROUNDS = 110;
/** At first a hundred applications, in a process that has just begun, measure how long code takes to compile. */
const WARM_UPS = 5;
/** p99 from the service's answer to a refusal at the applications. Milliseconds. */
const BAR = 100;

const Orders = definePermissions('shop:orders', { read: 'See orders' });

let postgres: PreparedPostgres;
let instance: BuiltService;
let service: TestEnvironment;
let sql: pg.Client;
let client: ConnectedClient;
let admin: string;
let applications: Gatehouse[];

beforeAll(async () => {
  postgres = await preparePostgres();
  await postgres.start();
  const port = String(await freePort());
  const publicUrl = `http://127.0.0.1:${port}`;
  instance = await startBuiltService({
    DATABASE_URL: postgres.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    PUBLIC_URL: publicUrl,
    PORT: port,
    BCRYPT_COST: '10',
  });
  service = new TestEnvironment(
    null as never,
    publicUrl,
    { publicUrl } as never,
    instance.passwords,
    [],
    async () => {},
  );
  sql = new pg.Client({ connectionString: postgres.url });
  await sql.connect();
  client = await connect(service, 'shop');
  admin = await service.login('admin');
  await sql.query(`
    WITH role AS (INSERT INTO gatehouse.roles (name, name_key) VALUES ('clerk', 'clerk') RETURNING id),
         holds AS (INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT id, 'shop:orders:read' FROM role)
    INSERT INTO gatehouse.account_roles (account_id, role_id)
    SELECT accounts.id, role.id FROM gatehouse.accounts, role WHERE username = 'frank'`);
  await sql.query(
    `INSERT INTO gatehouse.clients (client_id, name, confidential, grants, resources)
                   VALUES ('web', 'web', false, '{password}', ARRAY[$1])`,
    [client.audience],
  );
  const { audience, clientId, clientSecret } = client;
  const logger = { info() {}, warn() {}, error() {} };
  const options = { issuer: publicUrl, audience, clientId, clientSecret, logger };
  applications = Array.from({ length: CLIENTS }, (_, n) =>
    createGatehouse({ ...options, permissions: n === 0 ? [Orders] : [] }),
  );
  await Promise.all(applications.map((one) => one.ready()));
});
afterAll(async () => {
  await Promise.all((applications ?? []).map((one) => one.close()));
  await instance?.stop();
  await sql?.end();
  await postgres?.remove();
});

async function login(): Promise<string> {
  const form = {
    username: 'frank',
    password: service.passwords.get('frank')!,
    client_id: 'web',
    resource: client.audience,
  };
  const { status, json, text } = await service.ask('/token', { form });
  expect(status, text).toBe(200);
  return json.access_token;
}

async function admits(one: Gatehouse, token: string): Promise<boolean> {
  const principal = one.verifier.verify(token);
  return ('then' in principal ? await principal : principal).permissions.allows(Orders.read.name);
}

/** When an application no longer lets the token in from memory, and when it has refused it. Moments in milliseconds. */
interface Refused {
  readonly dropped: number;
  readonly refused: number;
}

/** Looks at all of them in turn, since a hundred loops of their own would measure themselves. */
async function watch(token: string): Promise<Refused[]> {
  const answers: Promise<Refused>[] = [];
  const waiting = new Set(applications);
  const limit = performance.now() + 10_000;
  while (waiting.size > 0) {
    for (const one of waiting) {
      const known = one.verifier.verify(token);
      if (!('then' in known) && known.permissions.allows(Orders.read.name)) continue;
      waiting.delete(one);
      const dropped = performance.now();
      answers.push(refusedAt(one, token, known).then((refused) => ({ dropped, refused })));
    }
    if (performance.now() > limit) throw new Error(`${waiting.size} never refused`);
    await sleep(1);
  }
  return Promise.all(answers);
}

/** 503 is a refusal too. */
async function refusedAt(one: Gatehouse, token: string, first: Principal | Promise<Principal>): Promise<number> {
  for (let known = first; ; known = one.verifier.verify(token)) {
    const admitted = await Promise.resolve(known).then(
      ({ permissions }) => permissions.allows(Orders.read.name),
      () => false,
    );
    if (!admitted) return performance.now();
    await sleep(1);
  }
}

const FRANK = `(SELECT id FROM gatehouse.accounts WHERE username = 'frank')`;
const setActive = (active: boolean) =>
  sql.query(`UPDATE gatehouse.accounts SET is_active = $1 WHERE username = 'frank'`, [active]);
const CLERK = `(SELECT id FROM gatehouse.roles WHERE name = 'clerk')`;

const cases: [string, number, (token: string) => Promise<unknown>, () => Promise<unknown>][] = [
  [
    'a token revoked',
    ROUNDS,
    (token) => service.ask(`/tokens/${claimsOf(token).jti}`, { method: 'DELETE', token: admin }),
    async () => {},
  ],
  [
    'a role removed',
    ROUNDS,
    () => sql.query(`DELETE FROM gatehouse.account_roles WHERE account_id = ${FRANK} AND role_id = ${CLERK}`),
    () => sql.query(`INSERT INTO gatehouse.account_roles (account_id, role_id) VALUES (${FRANK}, ${CLERK})`),
  ],
  ['an account disabled', ROUNDS, () => setActive(false), () => setActive(true)],
  [
    'a client disabled',
    ROUNDS,
    () => service.ask('/clients/web', { method: 'PATCH', token: admin, json: { isActive: false } }),
    () => service.ask('/clients/web', { method: 'PATCH', token: admin, json: { isActive: true } }),
  ],
  [
    'an emergency rotation',
    ROUNDS,
    () => service.ask('/keys/rotate', { token: admin, json: { revokeOutstanding: true } }),
    async () => {
      admin = await service.login('admin');
    },
  ],
];

describe(`${CLIENTS} connected applications`, () => {
  it.each(cases)(`%s is refused at all of them: p99 under ${BAR} ms`, async (name, rounds, happen, undo) => {
    const round = async (): Promise<{ drop: number; refusal: number }[]> => {
      await vi.waitUntil(() => applications.every(({ status }) => status.deciding === 'memory'), { timeout: 20_000 });
      const token = await login();
      await vi.waitUntil(
        async () => (await Promise.all(applications.map((one) => admits(one, token)))).every(Boolean),
        { timeout: 10_000 },
      );
      const watching = watch(token);
      await happen(token);
      const answered = performance.now();
      const moments = await watching;
      await undo();
      return moments.map(({ dropped, refused }) => ({
        drop: Math.max(0, dropped - answered),
        refusal: Math.max(0, refused - answered),
      }));
    };
    for (let n = 0; n < WARM_UPS; n++) await round();
    const results = await undisturbed(rounds, round);
    const drops = results.flat().map(({ drop }) => drop);
    const times = results.flat().map(({ refusal }) => refusal);
    process.stdout.write(`${name}: not let in any more ${figures(drops)}; refused ${figures(times)}\n`);
    expect(quantile(times, 0.99)).toBeLessThan(BAR);
  });
});

function figures(times: readonly number[]): string {
  const [p50, p99, most] = [0.5, 0.99, 1].map((q) => quantile(times, q).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`;
}
