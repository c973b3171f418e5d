import { Inject, Injectable } from '@nestjs/common';
import { PASSWORD, PASSWORD_LENGTH } from '../../config/password-length.js';
import type { Settings } from '../../config/settings.js';
import { DomainError } from '../domain-error.js';
import { SETTINGS } from '../settings.token.js';
import { CommonPasswords } from './common-passwords.js';
import { isMadeOf, wordsAbout, type PasswordOwner } from './made-of.js';

/** Why a password isn't taken. */
export type PasswordFault = 'length' | 'mask' | 'common' | 'made-of-names';

/** What is shown in the place of a password. Swagger UI fills it in, and forms send it back that were left as they were. */
const MASK = /^[*•●]+$/;

/**
 * What a new password must be, wherever one is set (ASVS 6.2): long enough, not common, not made of what everybody
 * knows of the person and the service, and not the mask of one. Nothing is asked of its composition.
 */
@Injectable()
export class PasswordRules {
  private readonly service: readonly string[];

  constructor(
    private readonly common: CommonPasswords,
    @Inject(SETTINGS) { publicUrl }: Pick<Settings, 'publicUrl'>,
  ) {
    this.service = ['gatehouse', new URL(publicUrl).hostname];
  }

  /**
   * To be called before the password is hashed.
   *
   * @param owner whose password it is to be, as the account will be
   * @param path  of the field that it came in
   * @throws DomainError `invalid`, naming the field and saying what to do
   */
  async require(password: string, owner: PasswordOwner, path: string): Promise<void> {
    const fault = await this.faultOf(password, owner);
    if (fault === undefined) return;
    const error = refusal(fault, path);
    throw new DomainError(error.code, error.message, { errors: [{ path, message: error.message }] });
  }

  /** Why a password isn't taken; undefined when it is. */
  async faultOf(password: string, owner: PasswordOwner): Promise<PasswordFault | undefined> {
    if (!PASSWORD.test(password)) return 'length';
    if (MASK.test(password)) return 'mask';
    if (isMadeOf(password, this.wordsAbout(owner))) return 'made-of-names';
    return (await this.common.include(password)) ? 'common' : undefined;
  }

  /** The words that no password of this person is made of. */
  wordsAbout(owner: PasswordOwner): readonly string[] {
    return wordsAbout(owner, this.service);
  }
}

function refusal(fault: PasswordFault, path: string): DomainError {
  switch (fault) {
    case 'length':
      return new DomainError(
        'invalid',
        `${path} must be ${PASSWORD_LENGTH.least} to ${PASSWORD_LENGTH.most} characters; ${PASSWORD_LENGTH.advised} or more are advised.`,
      );
    case 'mask':
      return new DomainError(
        'invalid',
        `${path} is only what is shown in the place of a password. Put in one of your own, such as several words that have nothing to do with each other.`,
      );
    case 'common':
      return new DomainError(
        'invalid',
        `${path} is one of the passwords that are tried first. Take another, such as several words that have nothing to do with each other.`,
      );
    case 'made-of-names':
      return new DomainError(
        'invalid',
        `${path} is made of the person’s name, user name or mail address, or of the name of this service. Take something that nobody can know.`,
      );
  }
}
