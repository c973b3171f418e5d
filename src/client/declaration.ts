import { setTimeout as sleep } from 'node:timers/promises';
import type { Permission } from '../policy/index.js';
import { pauseAfter } from './backoff.js';
import type { FaultLog } from './fault-log.js';
import type { OwnTokens } from './own-tokens.js';
import { reasonOf, ServiceError } from './service-error.js';
import type { Service } from './service.js';

/** What a token needs to declare. */
const SCOPE = 'permissions:declare';

/** The service doesn't take the application's permissions: a name is outside its prefixes, or another's. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/**
 * Declares the application's permissions at the service, so that administrators can put them into roles. Tried again
 * until it succeeds; the application serves meanwhile, and its new permissions are nobody's.
 */
export class Declaration {
  private readonly closing = new AbortController();
  private declaring: Promise<void> | undefined;
  private done = false;

  constructor(
    private readonly service: Service,
    private readonly tokens: OwnTokens,
    private readonly faults: FaultLog,
  ) {}

  /** Whether the service has taken them. */
  get isDone(): boolean {
    return this.done;
  }

  /**
   * Declares them; goes on trying behind the caller's back when the service can't be reached.
   *
   * @returns when the first attempt is over
   * @throws DeclarationError when the service refused them: trying again would change nothing
   */
  async declare(permissions: readonly Permission[]): Promise<void> {
    try {
      await this.attempt(permissions);
    } catch (error) {
      if (error instanceof DeclarationError) throw error;
      this.declaring ??= this.goOn(permissions);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.declaring;
  }

  private async goOn(permissions: readonly Permission[]): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 1; !this.done && !signal.aborted; failures++) {
      await sleep(pauseAfter(failures), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.attempt(permissions);
      } catch (error) {
        if (error instanceof DeclarationError) return;
      }
    }
  }

  private async attempt(permissions: readonly Permission[]): Promise<void> {
    // What is wrong with that is said there, and may be put right while this goes on trying.
    const token = await this.tokens.get({ scope: SCOPE, resource: this.service.settings.serviceAudience });
    try {
      await this.service.json(this.service.at('/permissions/declared'), {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ permissions: permissions.map(({ name, description }) => ({ name, description })) }),
      });
      this.done = true;
      this.faults.over('declaration', 'The application’s permissions are declared.');
    } catch (error) {
      const status = error instanceof ServiceError ? error.status : 0;
      if (status === 401) this.tokens.forget();
      const sentence = `The service at ${this.service.settings.issuer} doesn’t take the permissions of this application (${reasonOf(error)}).`;
      this.faults.report('declaration', sentence);
      throw status === 409 || status === 422 || status === 400
        ? new DeclarationError(sentence, { cause: error })
        : error;
    }
  }
}
