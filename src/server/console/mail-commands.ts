import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { IsUUID } from 'class-validator';
import { DomainError } from '../domain-error.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageQueryDto } from '../http/page.dto.js';
import { MailComposer } from '../mail/mail-composer.js';
import { MailDelivery } from '../mail/mail-delivery.js';
import { MAILER, type Mailer } from '../mail/mailer.js';
import { StoredMails } from '../mail/stored-mails.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';
import { checked } from './checked.js';
import type { ConsoleArguments, ConsoleHandlers } from './console-command.js';
import { ConsoleError } from './console-error.js';

class RetryArguments {
  @MayBeLeftOut()
  @IsUUID()
  id?: string;
}

class TestArguments {
  @IsMailAddress()
  to: string;
}

/** What the console does with mails. */
@Injectable()
export class MailCommands {
  readonly handlers: ConsoleHandlers = {
    'mail.list': async (args) => this.stored.list(await checked(PageQueryDto, args)),
    'mail.retry': (args) => this.retry(args),
    'mail.test': (args) => this.test(args),
  };

  constructor(
    private readonly stored: StoredMails,
    private readonly delivery: MailDelivery,
    private readonly composer: MailComposer,
    @Inject(MAILER) private readonly mailer: Mailer | null,
  ) {}

  /** Sent at once where a service does it, and by other services at their next look. */
  private async retry(args: ConsoleArguments): Promise<object> {
    const { id } = await checked(RetryArguments, args);
    const retried = await this.stored.retry(id);
    if (id !== undefined && retried === 0) {
      throw new DomainError('not-found', 'There is no mail with this id that waits or was given up.');
    }
    this.delivery.wake();
    return { retried };
  }

  /** Past the queue, so that what the server says can be told. */
  private async test(args: ConsoleArguments): Promise<object> {
    const { to } = await checked(TestArguments, args);
    if (!this.mailer) throw new ConsoleError('failed', 'SMTP_URL is not set, so mails wait.');
    try {
      return { to, answer: (await this.mailer.send(this.composer.testMessage(randomUUID(), to))) ?? null };
    } catch (error) {
      throw new ConsoleError('failed', `The mail was not sent: ${(error as Error).message}`, { cause: error });
    }
  }
}
