import { Injectable } from '@nestjs/common';
import type { Origin } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';
import { Guessing } from '../guessing/guessing.js';
import { PasswordHasher } from '../users/password-hasher.js';

/** The account whose password it is to be; without a hash, none is right. */
export interface PasswordHolder {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string | null;
}

/** Asks people who are logged in for the password that they have (ASVS 6.2.3, 7.5.1). */
@Injectable()
export class CurrentPassword {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly guessing: Guessing,
  ) {}

  /**
   * The same work whatever is wrong, also where there is no password yet. A wrong one is a guess, as at a login.
   *
   * @throws DomainError `invalid`, naming the field `currentPassword`; `too-many`, `overloaded`
   */
  async require(password: string, holder: PasswordHolder, { address, agent, requestId }: Origin): Promise<void> {
    const guess = { name: holder.username, address, agent, requestId };
    const { account } = await this.guessing.attempt(guess, async () =>
      (await this.hasher.verify(password, holder.passwordHash)) ? holder : undefined,
    );
    if (account) return;
    const errors = [{ path: 'currentPassword', message: 'currentPassword is wrong' }];
    throw new DomainError('invalid', 'The current password is wrong.', { errors });
  }
}
