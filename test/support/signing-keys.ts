// Two instances on one database, and what is asked of them about their signing keys.
import { createTestEnvironment, type TestEnvironment } from './environment.js';

/** The first instance; it made the accounts, so it knows their passwords. */
export let one: TestEnvironment;
/** The second, on the same database. */
export let two: TestEnvironment;
/** All but the first. */
export const started: TestEnvironment[] = [];

/** Starts the two. */
export async function startBoth(): Promise<void> {
  one = await createTestEnvironment();
  two = await start();
}

/** A further instance on the same database. */
export async function start(env: Record<string, string> = {}): Promise<TestEnvironment> {
  const instance = await createTestEnvironment({ databaseUrl: one.settings.databaseUrl!, env });
  started.push(instance);
  return instance;
}

/** Ends all of them. */
export async function closeAll(): Promise<void> {
  await Promise.all(started.map((instance) => instance.close()));
  await one.close();
}

/** A provider of an instance. */
export const get = <T>(instance: TestEnvironment, type: abstract new (...args: any[]) => T): T =>
  instance.app.get(type, { strict: false });

/** The header of a token. */
export const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

/** Which key signed a token. */
export const kidOf = (token: string): string => headerOf(token).kid;

/** The keys that an instance publishes. */
export const jwks = async (instance: TestEnvironment): Promise<Record<string, string>[]> =>
  (await instance.ask('/.well-known/jwks.json')).json.keys;

/** The names of the keys that an instance publishes. */
export const published = async (instance: TestEnvironment) => (await jwks(instance)).map(({ kid }) => kid);

/** The keys in that state, as the database has them. */
export const inState = (state: string): Promise<string[]> =>
  one.database
    .query(`SELECT kid FROM gatehouse.signing_keys WHERE state = $1 ORDER BY created_at, kid`, [state])
    .then((rows: { kid: string }[]) => rows.map(({ kid }) => kid));

/** Rotates, as an administrator asks an instance to. */
export const rotate = async (instance: TestEnvironment, json: object = {}) =>
  instance.ask('/keys/rotate', { token: await one.login('admin'), json });

/** What an instance answers to a login. */
export const login = (instance: TestEnvironment, username = 'frank') =>
  instance.ask('/token', { form: { username, password: one.passwords.get(username)! } });

/** What an instance answers to a token of frank’s. */
export const status = async (instance: TestEnvironment, token: string) =>
  (await instance.ask('/finance/data', { token })).status;

/** Waits until it is so; milliseconds. */
export async function until(holds: () => boolean | Promise<boolean>, limit = 5_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > limit) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - began;
}
