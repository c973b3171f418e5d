import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ANONYMOUS, type Principal } from '../policy/index.js';
import { CachingTokenVerifier } from './caching-verifier.js';
import type { Change } from './change.js';
import { InvalidTokenError, ValidityUnknownError } from './token-error.js';
import type { LoadedToken, TokenSource } from './token-source.js';
import { PATIENTLY } from '../../test/support/patience.js';

/** A registry whose loads are held back until they are let go. */
class Registry implements TokenSource {
  version = 1;
  loads = 0;
  answer: (token: string) => LoadedToken | Error = loaded;
  private held: (() => void)[] = [];
  hold = false;

  async load(token: string): Promise<LoadedToken> {
    this.loads++;
    const answer = this.answer(token);
    if (this.hold) await new Promise<void>((resolve) => this.held.push(resolve));
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** Waits until a load is held, then lets all that are go. */
  async release(): Promise<void> {
    await vi.waitUntil(() => this.held.length > 0, PATIENTLY);
    for (const resolve of this.held.splice(0)) resolve();
  }

  principalOf({ accountId }: LoadedToken): Principal {
    return { ...ANONYMOUS, kind: 'user', id: accountId, name: `v${this.version}` };
  }
}

const loaded = (token: string): LoadedToken => ({
  jti: `jti-${token}`,
  accountId: `account-${token[0]}`,
  clientId: 'client',
  sessionId: `session-${token}`,
  kid: 'k1',
  expiresAt: Date.now() / 1_000 + 60,
});

let registry: Registry;
let freshness: { isFresh: boolean; becomeFresh: () => Promise<boolean> };
let verifier: CachingTokenVerifier<LoadedToken>;

beforeEach(() => {
  registry = new Registry();
  freshness = { isFresh: true, becomeFresh: async () => freshness.isFresh };
  verifier = new CachingTokenVerifier(registry, freshness, 1_000_000);
});

describe('CachingTokenVerifier', () => {
  it('answers a token that it knows at once, without asking', async () => {
    const first = await verifier.verify('a1');
    expect(verifier.verify('a1')).toBe(first);
    expect(registry.loads).toBe(1);
  });

  it('takes no token for another that ends alike', async () => {
    const tail = 's'.repeat(64);
    await verifier.verify(`a1.${tail}`);
    registry.answer = () => new InvalidTokenError('signature');
    await expect(verifier.verify(`b1.${tail}`)).rejects.toThrow(InvalidTokenError);
    expect((verifier.verify(`a1.${tail}`) as Principal).id).toBe('account-a');
  });

  it('loads a new token once, however many ask for it', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => verifier.verify('a1')));
    expect(registry.loads).toBe(1);
  });

  it('holds no token that has died', async () => {
    await verifier.verify('a1');
    verifier.apply({ kind: 'token', subject: 'jti-a1' });
    registry.answer = () => new InvalidTokenError('revoked');
    await expect(verifier.verify('a1')).rejects.toThrow(InvalidTokenError);
    expect(verifier.held).toEqual({ tokens: 0, bytes: 0 });
  });

  const drops: [Change['kind'], string][] = [
    ['token', 'jti-a1'],
    ['session', 'session-a1'],
    ['account', 'account-a'],
    ['client', 'client'],
    ['keys', 'k1'],
    ['all', ''],
  ];

  it.each(drops)('asks again after a drop of its %s', async (kind, subject) => {
    await verifier.verify('a1');
    verifier.apply({ kind, subject });
    registry.answer = () => new InvalidTokenError('revoked');
    await expect(verifier.verify('a1')).rejects.toThrow(InvalidTokenError);
  });

  it('answers what it knows of a token whatever the lease says, to those who ask for that', async () => {
    const principal = await verifier.verify('a1');
    freshness.isFresh = false;
    expect(verifier.known('a1')).toBe(principal);
    expect(verifier.known('a2')).toBeUndefined();
    verifier.apply({ kind: 'token', subject: 'jti-a1' });
    expect(verifier.known('a1')).toBeUndefined();
  });

  it('does not ask again after drops of others', async () => {
    await verifier.verify('a1');
    await verifier.verify('b1');
    verifier.apply({ kind: 'account', subject: 'account-b' });
    verifier.apply({ kind: 'token', subject: 'jti-a2' });
    expect(verifier.verify('a1')).not.toBeInstanceOf(Promise);
    expect(verifier.verify('b1')).toBeInstanceOf(Promise);
  });

  it.each(drops)('neither stores nor uses a load that raced with a drop of its %s', async (kind, subject) => {
    registry.hold = true;
    const verifying = Promise.resolve(verifier.verify('a1'));
    // The load has read "alive"; now the token dies, the news arrives, and only then the answer does.
    await vi.waitFor(() => expect(registry.loads).toBe(1), PATIENTLY);
    registry.answer = () => new InvalidTokenError('revoked');
    verifier.apply({ kind, subject });
    await registry.release();
    await registry.release();
    await expect(verifying).rejects.toThrow(InvalidTokenError);
    registry.hold = false;
    await expect(Promise.resolve().then(() => verifier.verify('a1'))).rejects.toThrow(InvalidTokenError);
  });

  it('gives up, and doesn’t guess, where each load races with a drop', async () => {
    registry.hold = true;
    const verifying = Promise.resolve(verifier.verify('a1')).catch((error: unknown) => error);
    for (let attempt = 0; attempt < 5; attempt++) {
      await vi.waitFor(() => expect(registry.loads).toBe(attempt + 1), PATIENTLY);
      verifier.apply({ kind: 'account', subject: 'account-a' });
      await registry.release();
    }
    expect(await verifying).toBeInstanceOf(ValidityUnknownError);
  });

  it('decides nothing while what it knows can’t be trusted', async () => {
    await verifier.verify('a1');
    freshness.isFresh = false;
    await expect(verifier.verify('a1')).rejects.toThrow(ValidityUnknownError);
    expect(registry.loads).toBe(1);
    freshness.isFresh = true;
    expect(verifier.verify('a1')).not.toBeInstanceOf(Promise);
  });

  it('doesn’t use an answer that arrives after the news went stale', async () => {
    registry.hold = true;
    const verifying = Promise.resolve(verifier.verify('a1'));
    await vi.waitFor(() => expect(registry.loads).toBe(1), PATIENTLY);
    freshness.isFresh = false;
    await registry.release();
    await expect(verifying).rejects.toThrow(ValidityUnknownError);
  });

  it('refuses a token the moment it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await verifier.verify('a1');
    vi.setSystemTime(Date.now() + 61_000);
    expect(() => verifier.verify('a1')).toThrow('expired');
    expect(() => verifier.verify('a1')).toThrow('expired');
    vi.useRealTimers();
  });

  it('remembers what can’t become good again, apart from the good ones', async () => {
    registry.answer = () => new InvalidTokenError('signature');
    await expect(verifier.verify('bad')).rejects.toThrow(InvalidTokenError);
    expect(() => verifier.verify('bad')).toThrow(InvalidTokenError);
    expect(registry.loads).toBe(1);
    registry.answer = () => new InvalidTokenError('key');
    await expect(verifier.verify('new-key')).rejects.toThrow(InvalidTokenError);
    registry.answer = loaded;
    await expect(verifier.verify('new-key')).resolves.toBeDefined();
  });

  it('makes the principal anew when roles or groups changed, without asking', async () => {
    await verifier.verify('a1');
    registry.version = 2;
    expect(verifier.verify('a1')).toMatchObject({ name: 'v2' });
    expect(registry.loads).toBe(1);
  });

  it('holds no more than it may, and no parts of what it let go', async () => {
    const small = new CachingTokenVerifier(registry, freshness, 10_000);
    for (let token = 0; token < 100; token++) await small.verify(`${token}`);
    expect(small.held.bytes).toBeLessThanOrEqual(10_000);
    expect(small.held.tokens).toBeGreaterThan(3);
    small.apply({ kind: 'all', subject: '' });
    expect(small.held).toEqual({ tokens: 0, bytes: 0 });
  });
});
