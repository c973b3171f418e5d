import type { Principal } from '../policy/index.js';
import { ByteCache } from './byte-cache.js';
import type { Change } from './change.js';
import { partKey, Parts, type Part, type PartKind } from './part.js';
import { InvalidTokenError, ValidityUnknownError, type InvalidTokenReason } from './token-error.js';
import type { Freshness, LoadedToken, TokenSource } from './token-source.js';
import type { TokenVerifier } from './token-verifier.js';

/** What holding a token takes beside its own characters, measured: its entry, parts, and principal. Bytes. */
const ENTRY_BYTES = 2_000;

/**
 * Tokens are found by so many of their last characters (192 bits of the signature), and then compared whole: hashing all
 * of a token at each request costs more than everything else here together. Only tokens whose signature holds are kept,
 * so nobody can make one that stands in another's way; two that met would but be loaded again.
 */
const KEY_LENGTH = 32;

/** Tokens that can't become good again are remembered apart, so that garbage never pushes good ones out. Bytes. */
const DEAD_CAPACITY = 8 * 1024 * 1024;
const FINAL: ReadonlySet<InvalidTokenReason> = new Set(['signature', 'expired', 'revoked']);

/** A load that raced with a drop is done again; so often in a row means that nothing can be said now. */
const MOST_LOADS = 5;

interface Entry<Loaded> {
  readonly token: string;
  readonly loaded: Loaded;
  readonly parts: readonly Part[];
  principal: Principal;
  version: number;
}

/** How often tokens were decided, and how, since the start. */
export interface Decisions {
  /** From memory. */
  hit: number;
  /** Looked up, and good. */
  loaded: number;
  /** Refused, looked up or from memory. */
  refused: number;
  /** Nothing could be said. */
  unknown: number;
}

/** A load under way, and what was dropped meanwhile. */
interface Load {
  readonly dropped: Set<string>;
}

/**
 * The hot path: a token that was seen before is answered from memory, without cryptography, query or promise, as long
 * as what is known may be trusted, the token isn't past its `exp`, and nothing that it hangs on was dropped.
 */
export class CachingTokenVerifier<Loaded extends LoadedToken> implements TokenVerifier {
  private readonly parts = new Parts();
  private readonly alive: ByteCache<Entry<Loaded>>;
  private readonly dead = new ByteCache<InvalidTokenReason>(DEAD_CAPACITY);
  private readonly loads = new Map<string, Promise<Principal>>();
  private readonly racing = new Set<Load>();

  /** Counted for metrics. */
  readonly decisions: Decisions = { hit: 0, loaded: 0, refused: 0, unknown: 0 };

  /**
   * @param capacity bytes that good tokens may take
   * @param onUse    told of each token that is let in; it stands on the hot path, and must be quick
   */
  constructor(
    private readonly source: TokenSource<Loaded>,
    private readonly freshness: Freshness,
    capacity: number,
    private readonly onUse?: (token: Loaded) => void,
  ) {
    this.alive = new ByteCache(capacity, ({ parts }) => {
      for (const part of parts) this.parts.release(part);
    });
  }

  /** Good tokens held, and the bytes that they are said to take. */
  get held(): { tokens: number; bytes: number } {
    return { tokens: this.alive.size, bytes: this.alive.byteSize };
  }

  verify(token: string): Principal | Promise<Principal> {
    if (this.freshness.isFresh) {
      const entry = this.find(token);
      if (entry) {
        if (isValid(entry)) {
          this.decisions.hit++;
          return this.current(token, entry);
        }
        // It never becomes valid again, and would take the room of tokens that are.
        this.alive.delete(keyOf(token));
      }
    }
    const reason = this.dead.get(token);
    if (reason) {
      this.decisions.refused++;
      throw new InvalidTokenError(reason);
    }
    return this.loadOnce(token);
  }

  /**
   * The principal of a token that is held, was not dropped, and isn't past its `exp`, however old the news are; undefined
   * for any other. For those who have decided that old news are good enough.
   */
  known(token: string): Principal | undefined {
    const entry = this.find(token);
    return entry && isValid(entry) && Date.now() < entry.loaded.expiresAt * 1_000
      ? this.current(token, entry)
      : undefined;
  }

  /** Whether the token would be decided from memory, by what is held now. */
  knows(token: string): boolean {
    const entry = this.find(token);
    return entry ? isValid(entry) : this.dead.get(token) !== undefined;
  }

  /** Forgets what the change makes doubtful, and makes a load that is under way begin again. */
  apply({ kind, subject }: Change): void {
    if (kind === 'all') {
      for (const load of this.racing) load.dropped.add('all');
      this.parts.dropAll();
      this.alive.clear();
      // After a restore even what was dead may be otherwise.
      this.dead.clear();
    } else if (kind !== 'rbac') {
      const key = partKey(kind === 'keys' ? 'key' : kind, subject);
      for (const load of this.racing) load.dropped.add(key);
      this.parts.drop(key);
    }
  }

  private find(token: string): Entry<Loaded> | undefined {
    const entry = this.alive.get(keyOf(token));
    return entry?.token === token ? entry : undefined;
  }

  private current(token: string, entry: Entry<Loaded>): Principal {
    if (Date.now() >= entry.loaded.expiresAt * 1_000) {
      this.alive.delete(keyOf(token));
      throw this.remember(token, new InvalidTokenError('expired'));
    }
    if (entry.version !== this.source.version) {
      entry.version = this.source.version;
      entry.principal = this.source.principalOf(entry.loaded);
    }
    this.onUse?.(entry.loaded);
    return entry.principal;
  }

  /** Many requests with one new token load it once. */
  private loadOnce(token: string): Promise<Principal> {
    let load = this.loads.get(token);
    if (!load) {
      load = this.counted(this.load(token)).finally(() => this.loads.delete(token));
      this.loads.set(token, load);
    }
    return load;
  }

  private async counted(load: Promise<Principal>): Promise<Principal> {
    try {
      const principal = await load;
      this.decisions.loaded++;
      return principal;
    } catch (error) {
      this.decisions[error instanceof InvalidTokenError ? 'refused' : 'unknown']++;
      throw error;
    }
  }

  private async load(token: string): Promise<Principal> {
    for (let attempt = 0; attempt < MOST_LOADS; attempt++) {
      if (!this.freshness.isFresh && !(await this.freshness.becomeFresh())) throw new ValidityUnknownError();
      const known = this.find(token);
      if (known && isValid(known)) return this.current(token, known);

      const load: Load = { dropped: new Set() };
      this.racing.add(load);
      const loaded = await this.source
        .load(token)
        .catch((error: unknown) => {
          throw this.remember(token, error);
        })
        .finally(() => this.racing.delete(load));
      // What was read is used only if nothing in it was dropped since, and only while the news of drops is fresh: an
      // answer that took long may be older than a revocation that everybody else has heard of.
      if (this.freshness.isFresh && !this.raced(load, loaded)) return this.enter(token, loaded);
    }
    throw new ValidityUnknownError();
  }

  private raced({ dropped }: Load, loaded: Loaded): boolean {
    return dropped.has('all') || partsOf(loaded).some(([kind, id]) => dropped.has(partKey(kind, id)));
  }

  private enter(token: string, loaded: Loaded): Principal {
    const parts = partsOf(loaded).map(([kind, id]) => this.parts.take(kind, id));
    const entry = { token, loaded, parts, principal: this.source.principalOf(loaded), version: this.source.version };
    this.alive.set(keyOf(token), entry, token.length + ENTRY_BYTES);
    return this.current(token, entry);
  }

  private remember(token: string, error: unknown): unknown {
    if (error instanceof InvalidTokenError && FINAL.has(error.reason)) {
      this.dead.set(token, error.reason, token.length + 100);
    }
    return error;
  }
}

function keyOf(token: string): string {
  return token.slice(-KEY_LENGTH);
}

function isValid({ parts }: { parts: readonly Part[] }): boolean {
  for (const part of parts) {
    if (!part.valid) return false;
  }
  return true;
}

function partsOf({ jti, accountId, clientId, sessionId, kid }: LoadedToken): [PartKind, string][] {
  const parts: [PartKind, string][] = [
    ['token', jti],
    ['account', accountId],
    ['client', clientId],
    ['key', kid],
  ];
  if (sessionId) parts.push(['session', sessionId]);
  return parts;
}
