import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangeFeed } from '../src/server/changes/change-feed.js';
import { KeyMaintenance } from '../src/server/keys/key-maintenance.js';
import { KeyRotation } from '../src/server/keys/key-rotation.js';
import { SigningKeysService } from '../src/server/keys/signing-keys.service.js';
import { TokenRegistry } from '../src/server/tokens/token-registry.js';
import { OPERATOR } from './support/actor.js';
import { createEmbeddedFolder } from './support/embedded.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';

const SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';
const NEW_SECRET = 'zP4nW7sXc2Vb6Mq9Lk3Jh8Gf5Dd1Ss0A';

let one: TestEnvironment;
let two: TestEnvironment;
const started: TestEnvironment[] = [];

/** A further instance on the same database. */
async function start(env: Record<string, string> = {}): Promise<TestEnvironment> {
  const instance = await createTestEnvironment({ databaseUrl: one.settings.databaseUrl!, env });
  started.push(instance);
  return instance;
}

beforeAll(async () => {
  one = await createTestEnvironment();
  two = await start();
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await Promise.all(started.map((instance) => instance.close()));
  await one.close();
});

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid;
const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
const get = <T>(instance: TestEnvironment, type: abstract new (...args: any[]) => T): T =>
  instance.app.get(type, { strict: false });
const jwks = async (instance: TestEnvironment): Promise<Record<string, string>[]> =>
  (await instance.ask('/.well-known/jwks.json')).json.keys;
const published = async (instance: TestEnvironment) => (await jwks(instance)).map(({ kid }) => kid);
const status = async (instance: TestEnvironment, token: string) =>
  (await instance.ask('/finance/data', { token })).status;
const inState = (state: string): Promise<string[]> =>
  one.database
    .query(`SELECT kid FROM gatehouse.signing_keys WHERE state = $1 ORDER BY created_at, kid`, [state])
    .then((rows: { kid: string }[]) => rows.map(({ kid }) => kid));
const rotate = async (instance: TestEnvironment, json: object = {}) =>
  instance.ask('/keys/rotate', { token: await one.login('admin'), json });
const login = (instance: TestEnvironment, username = 'frank') =>
  instance.ask('/token', { form: { username, password: one.passwords.get(username)! } });

/** Whether a statement waits for a lock that another one holds. */
const somebodyWaits = async (): Promise<boolean> => {
  const waiting = await two.database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
};

/** Waits until it is so; milliseconds. */
async function until(holds: () => boolean | Promise<boolean>, limit = 5_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > limit) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - began;
}

describe('the keys', () => {
  it('are one active and one next from the first start on, and the next one is published before it signs', async () => {
    const [active, next] = [await inState('active'), await inState('next')];
    expect([active.length, next.length]).toEqual([1, 1]);
    expect(await published(one)).toEqual(expect.arrayContaining([...active, ...next]));
    expect(kidOf(await one.login('frank'))).toBe(active[0]);
  });

  it('RFC 7517 §4, RFC 7518 §6.3.2: JWKS has public members only, and each kid once', async () => {
    await rotate(one);
    const keys = await jwks(one);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      expect(key).toMatchObject({ alg: 'RS256', kty: 'RSA', use: 'sig' });
    }
  });

  it('are listed, newest first, without their private halves', async () => {
    const token = await one.login('admin');
    const { status: code, json, text } = await one.ask('/keys', { token });
    expect(code).toBe(200);
    expect(json.nextCursor).toBeNull();
    for (const key of json.items) {
      expect(Object.keys(key)).toEqual(['kid', 'algorithm', 'state', 'createdAt', 'activatedAt', 'retiredAt']);
    }
    expect(json.items.map(({ state }: { state: string }) => state)).toEqual(
      expect.arrayContaining(['active', 'next', 'retired']),
    );
    expect(text).not.toMatch(/private|encrypted/);
    const pages = [await one.ask('/keys?limit=1', { token })];
    pages.push(await one.ask(`/keys?limit=1&cursor=${pages[0]!.json.nextCursor}`, { token }));
    expect(pages.map(({ json: page }) => page.items[0].kid)).toEqual(
      json.items.slice(0, 2).map(({ kid }: { kid: string }) => kid),
    );
    expect((await one.ask('/keys?q=retired', { token })).json.items).toHaveLength(1);
  });

  it('are for those who hold the permission', async () => {
    const token = await one.login('pat');
    expect((await one.ask('/keys', { token })).status).toBe(403);
    expect((await one.ask('/keys/rotate', { token, json: {} })).status).toBe(403);
    const reader = await one.login('admin', 'keys:read');
    expect((await one.ask('/keys', { token: reader })).status).toBe(200);
    expect((await one.ask('/keys/rotate', { token: reader, json: {} })).status).toBe(403);
  });

  it('are not rotated by a wrong body', async () => {
    const before = await inState('active');
    for (const json of [{ revokeOutstanding: 'true' }, { revokeOutstanding: null }, { revoke: true }, []]) {
      expect((await rotate(one, json)).status, JSON.stringify(json)).toBe(400);
    }
    expect(await inState('active')).toEqual(before);
  });
});

describe('a rotation', () => {
  it('makes the published key sign; tokens that are out stay good, everywhere, without a restart', async () => {
    const former = await one.login('frank');
    const [next] = await inState('next');
    const { status: code, json } = await rotate(one);
    expect(code).toBe(200);
    expect(json.items.find(({ kid }: { kid: string }) => kid === next)).toMatchObject({
      state: 'active',
      activatedAt: expect.any(String),
      retiredAt: null,
    });
    expect(json.items.find(({ kid }: { kid: string }) => kid === kidOf(former))).toMatchObject({
      state: 'retired',
      retiredAt: expect.any(String),
    });

    const token = await one.login('frank');
    expect(kidOf(token)).toBe(next);
    expect(await Promise.all([one, two].flatMap((at) => [status(at, former), status(at, token)]))).toEqual([
      200, 200, 200, 200,
    ]);
    const [newest] = await inState('next');
    expect(await until(async () => (await published(two)).includes(newest!))).toBeLessThan(1_000);
    expect(kidOf((await login(two)).json.access_token)).toBe(next);
  });

  it('makes no cache forget the tokens of the retired key', async () => {
    const token = await one.login('frank');
    expect(await status(one, token)).toBe(200);
    const findLive = vi.spyOn(get(one, TokenRegistry), 'findLive');
    await get(one, KeyRotation).rotate(OPERATOR);
    await get(one, ChangeFeed).catchUp();
    expect(await status(one, token)).toBe(200);
    expect(findLive).not.toHaveBeenCalled();
  });

  it('erases the private half of the key that signs no more', async () => {
    await rotate(one);
    const rows = await one.database.query(
      `SELECT state, private_key_encrypted IS NULL AS erased FROM gatehouse.signing_keys`,
    );
    for (const { state, erased } of rows) expect(erased, state).toBe(state === 'retired' || state === 'revoked');
  });

  it('of several at once on several instances leaves one active key and one next', async () => {
    const rotations = [one, two, one, two].map((at) => get(at, KeyRotation).rotate(OPERATOR));
    await Promise.all(rotations);
    expect([(await inState('active')).length, (await inState('next')).length]).toEqual([1, 1]);
    await Promise.all([one, two].map((at) => get(at, ChangeFeed).catchUp()));
    expect(await published(one)).toEqual(await published(two));
  });

  it('fails no login that is under way, and none of the tokens is lost', async () => {
    const rotations = { underWay: true };
    const person = async (at: TestEnvironment): Promise<Answer[]> => {
      const answers = [await login(at)];
      while (rotations.underWay) answers.push(await login(at));
      return answers;
    };
    const people = Array.from({ length: 20 }, (_, index) => person(index % 2 ? one : two));
    for (let count = 0; count < 3; count++) await get(two, KeyRotation).rotate(OPERATOR);
    rotations.underWay = false;
    const answers = (await Promise.all(people)).flat();
    expect(answers.filter(({ status: code }) => code !== 200).map(({ text }) => text)).toEqual([]);
    expect(new Set(answers.map(({ json }) => kidOf(json.access_token))).size).toBeGreaterThan(2);
    for (const { json } of answers) {
      expect(await Promise.all([one, two].map((at) => status(at, json.access_token)))).toEqual([200, 200]);
    }
  });

  it.each(['rotate', 'revokeAll'] as const)(
    'between the signing of a token and its entry (%s) makes it be signed anew',
    async (act) => {
      const registry = get(one, TokenRegistry);
      const open = registry.openSession.bind(registry);
      const entry = vi.spyOn(registry, 'openSession').mockImplementationOnce(async (...parameters) => {
        await get(two, KeyRotation)[act](OPERATOR);
        return open(...parameters);
      });
      const { status: code, json } = await login(one);
      expect(code).toBe(200);
      expect(entry).toHaveBeenCalledTimes(2);
      expect([kidOf(json.access_token)]).toEqual(await inState('active'));
      expect(await status(one, json.access_token)).toBe(200);
    },
  );

  it('isn’t blamed when it is the account that has changed', async () => {
    const registry = get(one, TokenRegistry);
    const open = registry.openSession.bind(registry);
    const entry = vi.spyOn(registry, 'openSession').mockImplementationOnce(async (...parameters) => {
      await one.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'heidi'`);
      return open(...parameters);
    });
    const { status: code, json } = await login(one, 'heidi');
    expect([code, json.error]).toEqual([400, 'invalid_grant']);
    expect(entry).toHaveBeenCalledTimes(1);
  });

  it('is refreshed through: a refresh signs with the new key', async () => {
    const { json } = await login(one);
    await rotate(two);
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token };
    const answer = await one.ask('/token', { form });
    expect(answer.status).toBe(200);
    expect([kidOf(answer.json.access_token)]).toEqual(await inState('active'));
  });
});

describe('the emergency', () => {
  it('ends all sessions and tokens on every instance, and revokes the published next key too', async () => {
    const logins = await Promise.all([login(one), login(two)]);
    const tokens = logins.map(({ json }) => json.access_token as string);
    const service = await serviceToken();
    for (const token of [...tokens, service]) {
      expect([await status(one, token), await status(two, token)]).toEqual([200, 200]);
    }
    const former = [...(await inState('active')), ...(await inState('next')), ...(await inState('retired'))];

    const { status: code, json } = await rotate(one, { revokeOutstanding: true });
    const [here, there] = [Promise.all([...tokens, service].map((token) => status(one, token))), performance.now()];
    expect(code).toBe(200);
    expect(await here).toEqual([401, 401, 401]);
    await until(async () => (await status(two, tokens[0]!)) === 401);
    expect(performance.now() - there).toBeLessThan(1_000);
    expect(await Promise.all([...tokens, service].map((token) => status(two, token)))).toEqual([401, 401, 401]);

    const states = new Map(json.items.map((key: { kid: string; state: string }) => [key.kid, key.state]));
    for (const kid of former) expect(states.get(kid)).toBe('revoked');
    for (const instance of [one, two]) {
      const kids = await published(instance);
      expect(kids.filter((kid) => former.includes(kid!))).toEqual([]);
      expect(kids).toHaveLength(2);
      for (const { json: answer } of logins) {
        const form = { grant_type: 'refresh_token', refresh_token: answer.refresh_token };
        expect((await instance.ask('/token', { form })).json).toMatchObject({ error: 'invalid_grant' });
      }
      const fresh = await login(instance);
      expect(fresh.status).toBe(200);
      expect([await status(one, fresh.json.access_token), await status(two, fresh.json.access_token)]).toEqual([
        200, 200,
      ]);
    }
  });

  it('ends a session too that is being opened meanwhile', async () => {
    const client = new pg.Client({ connectionString: one.settings.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    const { rows } = await client.query(
      `INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
       SELECT accounts.id, clients.client_id, accounts.epoch, clients.epoch, now() + interval '1 day'
         FROM gatehouse.accounts, gatehouse.clients WHERE username = 'frank' AND client_id = 'gatehouse' RETURNING id`,
    );
    const emergency = get(one, KeyRotation).revokeAll(OPERATOR);
    await until(somebodyWaits);
    await client.query('COMMIT');
    await client.end();
    await emergency;
    const [{ ended }] = await one.database.query(
      `SELECT ended_at IS NOT NULL AS ended FROM gatehouse.sessions WHERE id = $1`,
      [rows[0].id],
    );
    expect(ended).toBe(true);
  });

  it('says "all" where there are many sessions', async () => {
    await one.database.query(
      `INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
       SELECT accounts.id, 'gatehouse', accounts.epoch, 0, now() + interval '1 day'
         FROM gatehouse.accounts, generate_series(1, 2000) WHERE username = 'frank'`,
    );
    const [{ position }] = await one.database.query('SELECT max(position) AS position FROM gatehouse.changes');
    await rotate(one, { revokeOutstanding: true });
    const rows = await one.database.query(`SELECT kind FROM gatehouse.changes WHERE position > $1`, [position]);
    expect(rows.filter(({ kind }: { kind: string }) => kind === 'all')).toHaveLength(1);
    expect(rows.length).toBeLessThan(520);
    const [{ alive }] = await one.database.query(
      `SELECT count(*)::int AS alive FROM gatehouse.sessions WHERE ended_at IS NULL AND expires_at > now()`,
    );
    expect(alive).toBe(0);
  });

  it('ends as many sessions as there are, in batches, and none that is opened with the new key', async () => {
    const [{ count }] = await one.database.query(
      `WITH made AS (
         INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, expires_at)
         SELECT accounts.id, 'gatehouse', accounts.epoch, 0, now() + interval '1 day'
           FROM gatehouse.accounts, generate_series(1, 12000) WHERE username = 'frank' RETURNING 1)
       SELECT count(*)::int FROM made`,
    );
    expect(count).toBe(12_000);
    const held = await one.login('frank');
    expect(await status(one, held)).toBe(200);
    const emergency = get(one, KeyRotation).revokeAll(OPERATOR);
    // The keys come first: the token is dead long before the last session has ended.
    await until(async () => (await status(one, held)) === 401);
    const later = await one.login('frank');
    await emergency;
    expect(await status(one, later)).toBe(200);
    const [{ alive }] = await one.database.query(
      `SELECT count(*)::int AS alive FROM gatehouse.sessions WHERE ended_at IS NULL AND expires_at > now()`,
    );
    expect(alive).toBe(1);
  });

  it('leaves one active key and one next when two are declared at once, and logins go on', async () => {
    const answers = Array.from({ length: 10 }, () => login(two));
    await Promise.all([one, two].map((at) => get(at, KeyRotation).revokeAll(OPERATOR)));
    expect([(await inState('active')).length, (await inState('next')).length]).toEqual([1, 1]);
    expect((await Promise.all(answers)).map(({ status: code }) => code)).toEqual(answers.map(() => 200));
    expect((await login(one)).status).toBe(200);
  });
});

describe('a key that an instance doesn’t know', () => {
  /** As an instance is that hasn’t heard of the last rotation yet. */
  const forget = (instance: TestEnvironment) => Object.assign(get(instance, SigningKeysService), { keys: new Map() });

  it('is looked for: a token of a key that was made a moment ago is accepted', async () => {
    const token = await one.login('frank');
    forget(two);
    expect(await status(two, token)).toBe(200);
  });

  it('costs nothing when it is made up: the keys are read a few times, not for each token', async () => {
    const [, payload, signature] = (await one.login('frank')).split('.');
    const read = vi.spyOn(get(two, SigningKeysService), 'reload');
    for (let index = 0; index < 30; index++) {
      const header = { typ: 'at+jwt', alg: 'RS256', kid: `made-up-${index}` };
      const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
      expect(await status(two, token)).toBe(401);
    }
    expect(read.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it('makes the news not fresh as long as the keys can’t be read', async () => {
    const token = await one.login('frank');
    expect(await status(two, token)).toBe(200);
    const feed = get(two, ChangeFeed);
    const read = vi.spyOn(get(two, SigningKeysService), 'reload').mockRejectedValue(new Error('not now'));
    await rotate(one, { revokeOutstanding: true });
    await until(() => !feed.isFresh);
    expect(await status(two, token)).toBe(503);
    read.mockRestore();
    await until(() => feed.isFresh);
    expect(await status(two, token)).toBe(401);
    expect(await published(two)).toEqual(expect.arrayContaining(await inState('active')));
  });
});

describe('the end of a retired key', () => {
  it('comes when the last token that it has signed has expired, and not before', async () => {
    const token = await one.login('frank');
    const longLived = await serviceToken();
    const kid = kidOf(token);
    expect(kidOf(longLived)).toBe(kid);
    await rotate(one);
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1 AND kind <> 'service'`, [kid]);

    await get(two, KeyMaintenance).run();
    expect(await inState('retired')).toContain(kid);
    expect(await published(one)).toContain(kid);
    expect(await status(one, longLived)).toBe(200);

    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1`, [kid]);
    await Promise.all([one, two].map((at) => get(at, KeyMaintenance).run()));
    await get(one, ChangeFeed).catchUp();
    expect(await inState('retired')).not.toContain(kid);
    expect(await published(one)).not.toContain(kid);
    expect(await status(one, longLived)).toBe(401);
    const [{ left }] = await one.database.query(`SELECT count(*)::int AS left FROM gatehouse.tokens WHERE kid = $1`, [
      kid,
    ]);
    expect(left).toBe(0);
  });

  it('waits for a token of it that is just being entered', async () => {
    const [kid] = await inState('active');
    await rotate(one);
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now() WHERE kid = $1`, [kid]);
    const client = new pg.Client({ connectionString: one.settings.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO gatehouse.tokens (jti, kind, kid, account_id, client_id, account_epoch, client_epoch, audience, expires_at)
       SELECT gen_random_uuid(), 'service', $1, id, 'gatehouse', 0, 0, '{}', now() + interval '1 day'
         FROM gatehouse.accounts WHERE username = 'frank'`,
      [kid],
    );
    const removal = get(one, KeyRotation).removeSpent();
    await until(somebodyWaits);
    await client.query('COMMIT');
    await client.end();
    await removal;
    expect(await inState('retired')).toContain(kid);
  });

  it('comes for keys that never signed, and for revoked ones, as well', async () => {
    await one.change(`UPDATE gatehouse.tokens SET expires_at = now()`);
    await get(one, KeyMaintenance).run();
    expect([...(await inState('retired')), ...(await inState('revoked'))]).toEqual([]);
    expect([(await inState('active')).length, (await inState('next')).length]).toEqual([1, 1]);
  });
});

describe('KEY_ROTATION_INTERVAL', () => {
  const age = (interval: string) =>
    one.change(`UPDATE gatehouse.signing_keys SET activated_at = now() - $1::interval WHERE state = 'active'`, [
      interval,
    ]);

  it('rotates when the active key is older, once, whichever instance does it', async () => {
    const [next] = await inState('next');
    await age('89 days');
    await get(one, KeyMaintenance).run();
    expect(await inState('next')).toEqual([next]);
    await age('91 days');
    await Promise.all([one, two].map((at) => get(at, KeyMaintenance).run()));
    expect(await inState('active')).toEqual([next]);
  });

  it('is looked at when an instance starts, and off where it is off', async () => {
    const [active] = await inState('active');
    await age('91 days');
    const off = await start({ KEY_ROTATION_INTERVAL: 'off' });
    await get(off, KeyMaintenance).run();
    expect(await inState('active')).toEqual([active]);
    await start({ KEY_ROTATION_INTERVAL: '90d' });
    expect(await inState('active')).not.toEqual([active]);
  });
});

describe('a restart', () => {
  it('keeps all keys, and the tokens that they have signed', async () => {
    const former = await one.login('frank');
    await rotate(one);
    const token = await one.login('frank');
    const before = await published(one);
    const again = await start();
    expect(await published(again)).toEqual(before);
    expect([await status(again, former), await status(again, token)]).toEqual([200, 200]);
    expect(kidOf((await login(again)).json.access_token)).toBe(kidOf(token));
  });

  it('with another TOKEN_ALGORITHM is a rotation: what is out stays good, and every instance knows the new key', async () => {
    const former = await one.login('frank');
    const elliptic = await start({ TOKEN_ALGORITHM: 'ES256' });
    const token = (await login(elliptic)).json.access_token;
    expect(headerOf(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    for (const instance of [one, two, elliptic]) {
      expect([await status(instance, former), await status(instance, token)]).toEqual([200, 200]);
    }
    expect((await jwks(elliptic)).filter(({ alg }) => alg === 'ES256')).toHaveLength(2);
    for (const key of (await jwks(elliptic)).filter(({ alg }) => alg === 'ES256')) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
    const rsa = await start();
    expect(headerOf((await login(rsa)).json.access_token)).toMatchObject({ alg: 'RS256' });
    expect([await status(rsa, former), await status(rsa, token)]).toEqual([200, 200]);
  });
});

describe('APP_SECRET', () => {
  it('that is another one stops the start with a sentence', async () => {
    const sentence = /^APP_SECRET is not the one .* APP_SECRET_PREVIOUS\.$/;
    await expect(start({ APP_SECRET: NEW_SECRET })).rejects.toThrow(sentence);
    await expect(
      start({ APP_SECRET: NEW_SECRET, APP_SECRET_PREVIOUS: 'Yb4NdHs7JfGp3RuEaKq8vT2mZx5Lr9Wc' }),
    ).rejects.toThrow(sentence);
  });

  it('is changed by naming the former one: instances go over one after the other, and nobody is logged out', async () => {
    const former = await one.login('frank');
    const over = await Promise.all([1, 2].map(() => start({ APP_SECRET: NEW_SECRET, APP_SECRET_PREVIOUS: SECRET })));
    await Promise.all([one, ...over].map((instance) => get(instance, ChangeFeed).catchUp()));
    for (const instance of [one, ...over]) {
      const { status: code, json } = await login(instance);
      expect(code).toBe(200);
      expect([await status(instance, former), await status(instance, json.access_token)]).toEqual([200, 200]);
    }
    // Everything is encrypted under the new one by now, so the former one is needed no more, and good no more.
    const done = await start({ APP_SECRET: NEW_SECRET });
    expect(await status(done, former)).toBe(200);
    expect((await login(done)).status).toBe(200);
    await expect(start()).rejects.toThrow('APP_SECRET is not the one');

    await start({ APP_SECRET: SECRET, APP_SECRET_PREVIOUS: NEW_SECRET });
    expect((await login(await start())).status).toBe(200);
  });

  it('stands in no log line', () => {
    for (const { log } of [one, two, ...started]) {
      expect(log.join('')).not.toContain(SECRET);
      expect(log.join('')).not.toContain(NEW_SECRET);
    }
  });
});

describe('on the embedded database', () => {
  it('rotation and emergency count at once', async () => {
    const folder = await createEmbeddedFolder();
    const embedded = await createTestEnvironment({ env: { DATABASE_URL: '', DATA_DIR: folder.dataDir } });
    try {
      const token = await embedded.login('frank');
      const admin = await embedded.login('admin');
      expect((await embedded.ask('/keys/rotate', { token: admin, json: {} })).status).toBe(200);
      expect(await status(embedded, token)).toBe(200);
      const second = await embedded.login('frank');
      expect(kidOf(second)).not.toBe(kidOf(token));
      const emergency = { token: admin, json: { revokeOutstanding: true } };
      expect((await embedded.ask('/keys/rotate', emergency)).status).toBe(200);
      expect([await status(embedded, token), await status(embedded, second)]).toEqual([401, 401]);
      expect(await status(embedded, await embedded.login('frank'))).toBe(200);
      await get(embedded, KeyMaintenance).run();
    } finally {
      await embedded.close();
      await folder.remove();
    }
  }, 60_000);
});

/** A token without a session, as service accounts have them, of frank’s account. */
async function serviceToken(): Promise<string> {
  const token = await one.login('frank');
  const jti = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).jti;
  await one.change(
    `UPDATE gatehouse.tokens SET kind = 'service', session_id = NULL, account_epoch = accounts.epoch, client_epoch = clients.epoch
       FROM gatehouse.accounts, gatehouse.clients
      WHERE jti = $1 AND accounts.id = tokens.account_id AND clients.client_id = tokens.client_id`,
    [jti],
  );
  return token;
}
