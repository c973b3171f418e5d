import { Injectable } from '@nestjs/common';
import { AccountLinks } from '../account-links/account-links.js';
import { DomainError } from '../domain-error.js';
import { emailChanged } from '../mail/email-changed.js';
import { readAccount } from '../users/account-view.js';
import { AccountsService } from '../users/accounts.service.js';
import { LOCAL } from '../users/local.js';
import { badLink } from './bad-link.js';
import { RequestedMails } from './requested-mails.js';
import { SelfServiceChanges, type SelfServiceActor } from './self-service-changes.js';

/** What was verified: an address that the account had, or one that it has from now on. */
export interface VerifiedEmail {
  readonly username: string;
  readonly email: string;
}

/** Lets people show that a mail address is theirs. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly requests: RequestedMails,
    private readonly changes: SelfServiceChanges,
    private readonly links: AccountLinks,
    private readonly accounts: AccountsService,
  ) {}

  /** Mails a link to the address, if it is one that is to be verified. Who asks can't tell. */
  request(email: string, origin: SelfServiceActor): Promise<void> {
    return this.requests.send(
      {
        kind: 'verify-email',
        audited: 'user.verification-requested',
        name: email,
        // While another address is under way, the link that counts was sent to that one.
        isFor: ({ isActive, isVerified, pendingEmail, source }) =>
          isActive && !isVerified && pendingEmail === null && source === LOCAL,
      },
      origin,
    );
  }

  /**
   * Takes the address of the link for verified. Where it was to replace another one, it does so now, and the former is told.
   *
   * @throws DomainError `invalid` for a link that isn't good; `conflict` when the address was taken by somebody else
   *   meanwhile
   */
  verify(token: string, origin: SelfServiceActor): Promise<VerifiedEmail> {
    return this.changes.run(origin, async ({ manager, record, mail, publish }) => {
      const owner = await this.links.use('verify-email', token, manager);
      if (!owner) throw badLink();
      const { id, email } = owner;
      const before = (await readAccount(id, 'user', manager))!;
      const { username } = before;
      const target = { type: 'user', id, name: username } as const;
      const account = { id, username, email };
      await this.accounts.update(id, { email, isVerified: true }, manager).catch(refuseTaken);
      if (email !== before.email) {
        const was = { email: before.email, isVerified: before.isVerified };
        await record({ kind: 'user.email-changed', target, before: was, after: { email, isVerified: true } });
        if (before.email) await mail(emailChanged(before, before.email, email));
        publish({ type: 'EmailChanged', account, formerEmail: before.email });
      } else {
        await record({ kind: 'user.verified', target, after: { email } });
      }
      if (!before.isVerified) publish({ type: 'UserVerified', account });
      return { username, email };
    });
  }
}

function refuseTaken(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== 'conflict') throw error;
  const message = 'Another account has this mail address by now, so it can’t become yours.';
  throw new DomainError('conflict', message, { errors: [{ path: 'email', message }], cause: error });
}
