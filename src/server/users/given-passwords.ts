import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Guessing } from '../guessing/guessing.js';
import type { PasswordOwner } from '../passwords/made-of.js';
import { notSetHere } from '../passwords/not-set-here.js';
import { PasswordRules } from '../passwords/password-rules.js';
import { LOCAL } from './local.js';
import { PasswordHasher } from './password-hasher.js';

/** A password that somebody was given by another, who therefore knows it: it is to be changed. */
export interface GivenPassword {
  readonly passwordHash: string;
  readonly mustChangePassword: true;
}

/** Passwords that people are given by those who administer their accounts. */
@Injectable()
export class GivenPasswords {
  constructor(
    private readonly rules: PasswordRules,
    private readonly hasher: PasswordHasher,
    private readonly guessing: Guessing,
  ) {}

  /**
   * Checks and hashes it: before any lock is taken, since that is slow.
   *
   * @throws DomainError `conflict` for somebody whose password is kept elsewhere, `invalid` for one that is easily guessed,
   *   `overloaded`
   */
  async prepare(password: string, owner: PasswordOwner & { readonly source?: string }): Promise<GivenPassword> {
    if (owner.source !== undefined && owner.source !== LOCAL) throw notSetHere(owner.source);
    await this.rules.require(password, owner, 'password');
    return { passwordHash: await this.hasher.hash(password), mustChangePassword: true };
  }

  /** Whoever has forgotten the former one has typed wrong ones, and needn't wait for them: when it is set, or they are unblocked. */
  async forgetGuesses(accountId: string, manager: Pick<EntityManager, 'query'>): Promise<void> {
    await this.guessing.forget(accountId, null, manager);
  }
}
