import { Injectable, Logger } from '@nestjs/common';
import type { PasswordOwner } from './made-of.js';
import { adviceOn } from './password-advice.js';
import { PasswordRules } from './password-rules.js';
import { StrengthThread } from './strength-thread.js';

/** How good a password is. */
export interface Strength {
  /** Whether it would be taken. */
  readonly acceptable: boolean;
  readonly score: number;
  readonly advice: string[];
}

/** Where it isn't acceptable, no score is better than this. */
const UNACCEPTABLE = 1;

/** Says how good passwords are. Nothing of them is kept. */
@Injectable()
export class PasswordStrength {
  private readonly logger = new Logger(PasswordStrength.name);

  constructor(
    private readonly rules: PasswordRules,
    private readonly thread: StrengthThread,
  ) {}

  /** @throws DomainError `overloaded` */
  async of(password: string, owner: PasswordOwner): Promise<Strength> {
    const fault = await this.rules.faultOf(password, owner);
    const estimate = await this.thread.estimate(password, this.rules.wordsAbout(owner));
    const score = fault === undefined ? estimate.score : Math.min(estimate.score, UNACCEPTABLE);
    return { acceptable: fault === undefined, score, advice: adviceOn(password, fault, estimate) };
  }

  /** For an answer that tells of a password that has been set: left out rather than an error. */
  async hint(password: string, owner: PasswordOwner): Promise<Omit<Strength, 'acceptable'> | undefined> {
    try {
      const { score, advice } = await this.of(password, owner);
      return { score, advice };
    } catch (error) {
      this.logger.warn(`The strength of a password that was set isn’t told: ${String(error)}`);
      return undefined;
    }
  }
}
