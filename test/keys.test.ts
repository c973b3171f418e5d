import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangeFeed } from '../src/server/changes/change-feed.js';
import { KeyMaintenance } from '../src/server/keys/key-maintenance.js';
import { KeyRotation } from '../src/server/keys/key-rotation.js';
import { SigningKeysService } from '../src/server/keys/signing-keys.service.js';
import { TokenRegistry } from '../src/server/tokens/token-registry.js';
import { OPERATOR } from './support/actor.js';
import { createEmbeddedFolder } from './support/embedded.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import {
  closeAll,
  get,
  headerOf,
  inState,
  jwks,
  kidOf,
  login,
  one,
  published,
  rotate,
  start,
  startBoth,
  started,
  status,
  two,
  until,
} from './support/signing-keys.js';

const SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';
const NEW_SECRET = 'zP4nW7sXc2Vb6Mq9Lk3Jh8Gf5Dd1Ss0A';

beforeAll(startBoth);
afterEach(() => vi.restoreAllMocks());
afterAll(closeAll);

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
