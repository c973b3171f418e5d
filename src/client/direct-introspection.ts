import type { Principal } from '../policy/index.js';
import { ByteCache, InvalidTokenError, Lease, now, ValidityUnknownError, type Moment } from '../validity/index.js';
import type { Cursor } from './cursor.js';
import type { Introspection } from './introspection.js';
import type { SignatureVerifier } from './signed-claims.js';

/** For which an answer is used for further requests, from the sending of its question. Milliseconds. */
const REUSE = 250;

/**
 * For which an answer is used at all, from the sending of its question. The instance that answers may itself be 200 ms
 * behind, so what was let in by it has been dead for 900 ms at most: under the bound of 1 s. Milliseconds.
 */
const USABLE = 700;

const AT_ONCE = 8;
const CAPACITY = 4 * 1024 * 1024;
const ENTRY_BYTES = 1_200;

interface Answer {
  readonly principal: Principal | undefined;
  readonly reusable: Lease;
}

/**
 * Decides while no news arrive: each decision asks the service. One question per token at a time, a few at once; without
 * an answer nothing is said.
 */
export class DirectIntrospection {
  private readonly answers = new ByteCache<Answer>(CAPACITY);
  private readonly asking = new Map<string, Promise<Principal>>();

  constructor(
    private readonly signatures: SignatureVerifier,
    private readonly introspection: Introspection,
    private readonly position: () => Cursor | undefined,
    private readonly clock: () => Moment = now,
  ) {}

  /** @throws InvalidTokenError, ValidityUnknownError */
  verify(token: string): Principal | Promise<Principal> {
    const answer = this.answers.get(token);
    if (answer?.reusable.isFresh) {
      if (!answer.principal) throw new InvalidTokenError('unknown');
      return answer.principal;
    }
    let question = this.asking.get(token);
    if (!question) {
      if (this.asking.size >= AT_ONCE) throw new ValidityUnknownError();
      question = this.ask(token).finally(() => this.asking.delete(token));
      this.asking.set(token, question);
    }
    return question;
  }

  private async ask(token: string): Promise<Principal> {
    const claims = await this.signatures.verify(token);
    const [usable, reusable] = [new Lease(USABLE, this.clock), new Lease(REUSE, this.clock)];
    const sent = this.clock();
    usable.renew(sent);
    reusable.renew(sent);
    const principal = await this.introspection.ask(token, claims, this.position(), USABLE).then(
      (found) => found.principal,
      (error: unknown) => {
        if (error instanceof InvalidTokenError) return undefined;
        throw error;
      },
    );
    if (!usable.isFresh) throw new ValidityUnknownError();
    this.answers.set(token, { principal, reusable }, token.length + ENTRY_BYTES);
    if (!principal) throw new InvalidTokenError('unknown');
    return principal;
  }
}
