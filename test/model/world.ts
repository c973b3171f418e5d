import { expect } from 'vitest';
import { ChangeFeed } from '../../src/server/changes/change-feed.js';
import { addAuditor, asAuditor } from '../support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { type Model, type ModelToken, ROBOT } from './model.js';
import { addRole, type Ids, ROBOT_SECRET, seed } from './seed.js';

/** Guarded routes, and what they take. */
const ROUTES: readonly (readonly [path: string, permissions: readonly string[]])[] = [
  ['/users/me', []],
  ['/finance/data', ['finance:read']],
  ['/finance/invoices', ['finance:read', 'finance:invoices:read']],
  ['/marketing/data', ['marketing:read']],
];

/** Which of the two instances a step is taken at. */
export type Instance = 0 | 1;

/** An answer, as far as the sequences look at it. */
export interface Reply {
  readonly status: number;
  readonly json: any;
}

/** A request: `form` and `json` become the body; what is undefined in a form is left out. */
interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly form?: Record<string, string | undefined>;
  readonly json?: unknown;
}

/** The service as two instances on one database, which last for many sequences. */
export class World {
  /** How often tokens were seen in which state, so that a test can tell that it has seen them all. */
  readonly seen = new Map<string, number>();
  private readonly instances: TestEnvironment[] = [];
  private ids: Ids = new Map();
  private looks = 0;
  private adminToken: string | undefined;

  private constructor(
    private readonly database: TestDatabase,
    private readonly env: Record<string, string>,
    /** Of the accounts that the first start has made. */
    private readonly passwords: ReadonlyMap<string, string>,
    /** The names of all permissions. */
    readonly known: readonly string[],
  ) {}

  static async open(env: Record<string, string>): Promise<World> {
    const database = await createTestDatabase();
    const first = await createTestEnvironment({ databaseUrl: database.url, env, silent: true });
    await addAuditor(first);
    const permissions: { name: string }[] = await first.database.query('SELECT name FROM gatehouse.permissions');
    const known = permissions.map(({ name }) => name);
    const world = new World(database, env, first.passwords, known);
    world.instances.push(first, await world.start());
    return world;
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.close()));
    await this.database.drop();
  }

  /** Back to how sequences begin. */
  async reset(): Promise<void> {
    this.ids = await this.at(0).database.transaction(seed);
    await Promise.all([this.catchUp(0), this.catchUp(1)]);
  }

  /** Ends an instance, and starts another one in its place. */
  async restart(instance: Instance): Promise<void> {
    await this.at(instance).close();
    this.instances[instance] = await this.start();
  }

  async ask(instance: Instance, path: string, { method, token, headers, form, json }: Request = {}): Promise<Reply> {
    const given = Object.entries(form ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const payload = form
      ? new URLSearchParams(given).toString()
      : json === undefined
        ? undefined
        : JSON.stringify(json);
    // Past the socket, which takes more time than the service.
    const reply = await this.at(instance).app.inject({
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      url: path,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(payload !== undefined && {
          'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    });
    return { status: reply.statusCode, json: reply.body.startsWith('{') ? JSON.parse(reply.body) : undefined };
  }

  /** As the administrator, who logs in anew when the last login is over. */
  async askAsAdmin(instance: Instance, path: string, request: Request): Promise<Reply> {
    const reply = await this.ask(instance, path, { ...request, token: this.adminToken ?? 'none' });
    if (reply.status !== 401) return reply;
    const form = { username: 'admin', password: this.passwords.get('admin')! };
    this.adminToken = (await this.ask(instance, '/token', { form })).json.access_token as string;
    return this.ask(instance, path, { ...request, token: this.adminToken });
  }

  /** Changes the database by hand, and waits until this instance has heard of it. */
  async change(instance: Instance, sql: string, values: unknown[]): Promise<void> {
    await this.at(instance).change(sql, values);
  }

  id(table: 'accounts' | 'roles' | 'groups', name: string): string {
    return this.ids.get(`${table} ${name}`)!;
  }

  /** Deletes a role, and makes one of the same name and permissions. */
  async remakeRole(instance: Instance, name: string): Promise<void> {
    const { database } = this.at(instance);
    const id = await database.transaction(async (manager) => {
      const patterns = await manager.query<{ pattern: string }[]>(
        'SELECT pattern FROM gatehouse.role_permissions WHERE role_id = $1',
        [this.id('roles', name)],
      );
      await manager.query('DELETE FROM gatehouse.roles WHERE name = $1', [name]);
      return addRole(
        manager,
        name,
        patterns.map(({ pattern }) => pattern),
      );
    });
    this.ids.set(`roles ${name}`, id);
    await this.catchUp(instance);
  }

  /** The password of the people in the model. */
  get password(): string {
    return this.passwords.get('frank')!;
  }

  /** By which a client says who it is, in a form. */
  credentials(client: string): Record<string, string> {
    return { client_id: client, ...(client === ROBOT && { client_secret: ROBOT_SECRET }) };
  }

  /**
   * Holds every token against the model, at both instances: at the one where the last step was taken at once, at the
   * other one when it has heard of it. One of them is asked by guarded routes, the other one by introspection, in turn.
   */
  async check(model: Model, acted: Instance): Promise<void> {
    const other = acted === 0 ? 1 : 0;
    const guarding = this.looks++ % 2;
    const look = (instance: Instance) =>
      Promise.all(
        instance === guarding
          ? model.of('access').map((token) => this.checkGuarded(model, token, instance))
          : model.tokens.map((token) => this.checkIntrospected(model, token, instance)),
      );
    await look(acted);
    await this.catchUp(other);
    await look(other);
  }

  /** One route for each token, in turn: what else it may do is seen by introspection. */
  private async checkGuarded(model: Model, token: ModelToken, instance: Instance): Promise<void> {
    const [path, permissions] = ROUTES[(this.looks + model.tokens.indexOf(token)) % ROUTES.length]!;
    const { status } = await this.ask(instance, path, { token: token.value });
    expectOf(model, token, `${path}: ${status}`, `${path}: ${model.status(token, permissions)}`);
    this.count(`guard ${status}`);
  }

  private async checkIntrospected(model: Model, token: ModelToken, instance: Instance): Promise<void> {
    const { json } = await this.ask(instance, '/introspect', { form: { token: token.value }, headers: asAuditor });
    const { username, client_id: client, narrowed, scope } = json;
    expectOf(
      model,
      token,
      json.active ? { username, client, narrowed, scope } : json,
      token.alive && token.used === 'no'
        ? {
            username: token.account,
            client: token.client,
            narrowed: token.scope !== null,
            scope: model.permissionsOf(token).join(' '),
          }
        : { active: false },
    );
    this.count(json.active ? 'introspected: active' : 'introspected: not active');
  }

  /** Something was done, or seen. */
  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  private at(instance: Instance): TestEnvironment {
    return this.instances[instance]!;
  }

  private async catchUp(instance: Instance): Promise<void> {
    await this.at(instance).app.get(ChangeFeed, { strict: false }).catchUp();
  }

  private start(): Promise<TestEnvironment> {
    return createTestEnvironment({ databaseUrl: this.database.url, env: this.env, silent: true });
  }
}

/** The service says of the token what the model says. A failure tells which token it is. */
function expectOf(model: Model, token: ModelToken, told: unknown, expected: unknown): void {
  const { kind, account, client, scope } = token;
  const narrowed = scope ? `, narrowed to ${scope.join(' ')}` : '';
  const which = `token ${model.tokens.indexOf(token)}, ${kind}, of ${account} by ${client}${narrowed}`;
  expect(told, which).toEqual(expected);
}
