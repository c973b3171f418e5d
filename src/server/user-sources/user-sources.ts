import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../domain-error.js';
import { StartError } from '../start-error.js';
import type { Origin } from '../audit/actor.js';
import { LOCAL } from '../users/local.js';
import { AskedSource, SourceDownError } from './asked-source.js';
import type { AuthenticatedAccount } from './authenticated-account.js';
import { ForeignAccounts } from './foreign-accounts.js';
import { LocalUserSource } from './local/local.user-source.js';
import { FOREIGN_USER_SOURCES } from './user-sources.token.js';
import type { SourceUser, UserSource } from './user-source.js';

const NAME = /^[a-z][a-z\d-]{0,31}$/;

/** All sources of people, in the order in which they are asked: the service's own accounts, and then the others. */
@Injectable()
export class UserSources implements OnApplicationShutdown {
  /** Those beside the service's own accounts. */
  readonly foreign: readonly AskedSource[];

  /** @throws StartError for a name that can't be one, is taken twice, or is the service's own */
  constructor(
    @Inject(FOREIGN_USER_SOURCES) sources: readonly UserSource[],
    private readonly local: LocalUserSource,
    private readonly accounts: ForeignAccounts,
  ) {
    requireNames([local.name, ...sources.map(({ name }) => name)]);
    this.foreign = sources.map((source) => new AskedSource(source));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.foreign.map((source) => source.close()));
  }

  /**
   * The account to which user name and password belong; undefined when there is none, it is disabled, or the password is
   * wrong, after the same work each time: everybody who isn't a local account is asked for everywhere. A source that gives
   * no answer is passed over.
   *
   * @param origin where the login comes from, for the audit
   * @throws DomainError `overloaded`
   */
  async authenticate(username: string, password: string, origin: Origin): Promise<AuthenticatedAccount | undefined> {
    const account = await this.local.authenticate(username, password);
    if (account) return account;
    // An empty password is never right, and some take it for a wish to be nobody.
    if (password === '') return undefined;
    let overloaded: DomainError | undefined;
    for (const asked of this.foreign) {
      const user = await answerOf(asked, username, password).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        overloaded = error;
        return undefined;
      });
      const entered = user && (await this.accounts.enter(asked.source, user, origin));
      if (entered) return entered;
    }
    if (overloaded) throw overloaded;
    return undefined;
  }
}

async function answerOf(asked: AskedSource, username: string, password: string): Promise<SourceUser | undefined> {
  try {
    return await asked.authenticate(username, password);
  } catch (error) {
    if (error instanceof SourceDownError) return undefined;
    throw error;
  }
}

function requireNames(names: readonly string[]): void {
  names.forEach((name, index) => {
    if (!NAME.test(name)) {
      throw new StartError(
        `A user source is called ${JSON.stringify(name)}; it must be called by lower-case letters, digits and "-", beginning with a letter, 32 at most.`,
      );
    }
    if (names.indexOf(name) !== index) {
      const whose = name === LOCAL ? 'is the service’s own' : 'is another user source’s';
      throw new StartError(`A user source is called ${name}, which ${whose}. Give it another name.`);
    }
  });
}
