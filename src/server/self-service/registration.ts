import { domainToASCII } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { DomainError } from '../domain-error.js';
import type { EventAccount } from '../domain-events/domain-event.js';
import { PasswordRules } from '../passwords/password-rules.js';
import { SETTINGS } from '../settings.token.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { NewRegistrations, type Registrant } from './new-registrations.js';
import type { RegisterDto, RegisteredDto } from './registration.dto.js';
import type { SelfServiceActor } from './self-service-changes.js';

/** Others may take the name in between, or give it back. */
const ATTEMPTS = 5;

/** Lets people make accounts of their own, as far as `REGISTRATION` does. */
@Injectable()
export class Registration {
  constructor(
    private readonly registrations: NewRegistrations,
    private readonly passwords: PasswordRules,
    private readonly hasher: PasswordHasher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Makes an account, and mails a link that verifies its address. Where that is required before the first login, the answer
   * doesn't tell whether the mail address or the user name is taken: whom it concerns is told by mail.
   *
   * @throws DomainError `closed`; `invalid` for a mail address of another domain, and a password that is too easy;
   *   `overloaded`; `conflict` for what is taken, where verification isn't required
   */
  async register({ password, ...person }: RegisterDto, origin: SelfServiceActor): Promise<RegisteredDto> {
    this.requireOpen(person.email);
    await this.passwords.require(password, person, 'password');
    // Before it is known whether anything is taken, so that the work is the same.
    const passwordHash = await this.hasher.hash(password);
    const made = await this.makeOrRefuse({ ...person, passwordHash }, origin);
    const { requireVerifiedEmail: verificationRequired } = this.settings;
    const shown = { email: person.email, verificationRequired };
    return verificationRequired || !made ? shown : { ...shown, id: made.id, username: made.username };
  }

  private requireOpen(email: string): void {
    const { registration } = this.settings;
    if (registration === 'open') return;
    if (registration === 'closed') {
      throw new DomainError('closed', 'Nobody can register here. Ask an administrator for an account.');
    }
    // Where the mail goes, and not what the address is compared by: “straße.example” isn’t “strasse.example”, and has another owner.
    const domain = domainToASCII(email.slice(email.lastIndexOf('@') + 1));
    if (registration.includes(domain)) return;
    const message = `email must be an address of ${registration.join(' or ')}`;
    throw new DomainError(
      'invalid',
      `Only people with a mail address of ${registration.join(' or ')} can register here.`,
      {
        errors: [{ path: 'email', message }],
      },
    );
  }

  /** The account; undefined when it was told by mail that none was made. */
  private async makeOrRefuse(person: Registrant, origin: SelfServiceActor): Promise<EventAccount | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.registrations.make(person, origin);
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'conflict') throw error;
        const ofGivenName = person.username !== undefined || error.errors?.[0]?.path !== 'username';
        if (!this.settings.requireVerifiedEmail && ofGivenName) throw error;
        if (this.settings.requireVerifiedEmail && (await this.registrations.refuse(person, origin))) return undefined;
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}
