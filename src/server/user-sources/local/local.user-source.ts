import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Settings } from '../../../config/settings.js';
import { SETTINGS } from '../../settings.token.js';
import { AccountsService, type LoginAccount } from '../../users/accounts.service.js';
import { LOCAL } from '../../users/local.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import type { AuthenticatedAccount } from '../authenticated-account.js';

/** The accounts in our own database. */
@Injectable()
export class LocalUserSource {
  /** Stored with these accounts. */
  readonly name = LOCAL;
  private readonly logger = new Logger(LocalUserSource.name);

  constructor(
    private readonly accounts: AccountsService,
    private readonly hasher: PasswordHasher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The account that the credentials belong to; undefined when there is none, it is disabled, or the password is wrong,
   * after the same work each time.
   *
   * @throws DomainError `overloaded`
   */
  async authenticate(username: string, password: string): Promise<AuthenticatedAccount | undefined> {
    const account = await this.accounts.findForLogin(username);
    const fits = await this.hasher.verify(password, account?.passwordHash);
    if (!fits || !account?.isActive) return undefined;
    if (this.settings.requireVerifiedEmail && !account.isVerified) return undefined;
    if (this.hasher.isOutdated(account.passwordHash!)) this.upgrade(account, password);
    return account;
  }

  /** Not waited for: the login is good either way, and must not take longer than another. */
  private upgrade({ id, passwordHash }: LoginAccount, password: string): void {
    this.hasher
      .hash(password)
      .then((hash) => this.accounts.upgradeHash(id, passwordHash!, hash))
      .catch((error: unknown) =>
        this.logger.warn(`The password hash of account ${id} was not upgraded: ${String(error)}`),
      );
  }
}
