import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '../policy/index.js';
import { ByteCache, InvalidTokenError, ValidityUnknownError, type TokenSource } from '../validity/index.js';
import { reaches, type Cursor } from './cursor.js';
import type { Introspection, IntrospectedToken } from './introspection.js';
import type { SignatureVerifier } from './signed-claims.js';

/** An answer that doesn't reach what is known here is asked for again, so often and after so many milliseconds. */
const RETRIES = [10, 40, 150];

/**
 * A token that is said to be inactive isn't asked about again for so long: somebody may go on presenting it. Not for ever,
 * as it may be inactive only because an instance didn't know its key yet. Milliseconds.
 */
const INACTIVE_FOR = 5_000;
const INACTIVE_CAPACITY = 2 * 1024 * 1024;

/** Looks up tokens that aren't known yet: verifies them here, and introspects each once. */
export class IntrospectedTokenSource implements TokenSource<IntrospectedToken> {
  /** Whatever changes what tokens may do drops them, so what is held never has to be made anew. */
  readonly version = 0;
  private readonly inactive = new ByteCache<number>(INACTIVE_CAPACITY);

  /** @param position where the stream is, and so what every answer must know */
  constructor(
    private readonly signatures: SignatureVerifier,
    private readonly introspection: Introspection,
    private readonly position: () => Cursor | undefined,
  ) {}

  async load(token: string): Promise<IntrospectedToken> {
    const claims = await this.signatures.verify(token);
    const until = this.inactive.get(token);
    if (until !== undefined && performance.now() < until) throw new InvalidTokenError('unknown');
    for (const pause of [...RETRIES, undefined]) {
      const sent = this.position();
      if (!sent) break;
      const loaded = await this.introspection.ask(token, claims, sent).catch((error: unknown) => {
        if (error instanceof InvalidTokenError) {
          this.inactive.set(token, performance.now() + INACTIVE_FOR, token.length + 100);
        }
        throw error;
      });
      if (reaches(loaded.asOf, sent)) return loaded;
      if (pause !== undefined) await sleep(pause);
    }
    throw new ValidityUnknownError();
  }

  /** Forgets what was said to be inactive. */
  forget(): void {
    this.inactive.clear();
  }

  principalOf({ principal }: IntrospectedToken): Principal {
    return principal;
  }
}
