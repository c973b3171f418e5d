import { setInterval } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { PURPOSE, SETTINGS, type Purpose } from '../settings.token.js';
import { StartError } from '../start-error.js';
import { backOff } from './back-off.js';
import { MailComposer } from './mail-composer.js';
import { MAILER, MailRefusedError, type Mailer } from './mailer.js';
import { oneLine } from './one-line.js';
import { StoredMails, type ClaimedMail } from './stored-mails.js';

/** So many at once, at each instance. */
const AT_ONCE = 3;

/** Between two looks for what other instances queued, or left behind. Milliseconds. */
const LOOK_EVERY = 5_000;

/** For how long one attempt may take. Milliseconds. */
const LONGEST_ATTEMPT = 60_000;

/** For how long a mail is this instance’s, in seconds, and how often that is renewed while it is sent, in milliseconds. */
const CLAIM = 20;
const RENEW_EVERY = 5_000;

/** For how long a service that ends waits for the mails under way. Milliseconds. */
const LONGEST_FAREWELL = 10_000;

/** Characters of what is kept of an error. */
const LONGEST_ERROR = 500;

/**
 * Sends what is queued. Each mail is claimed by one instance, and its row is deleted when it was handed over: so it is sent
 * at least once, and twice only if a process dies in between, or a mail server takes a mail and can't say so any more.
 */
@Injectable()
export class MailDelivery implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly workers = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private woken = false;
  private failing = false;
  /** Those that a mail server has, and whose rows are still there. */
  private readonly sent = new Set<string>();
  private readonly counted = { sent: 0, failed: 0 };

  constructor(
    private readonly stored: StoredMails,
    private readonly composer: MailComposer,
    private readonly feed: ChangeFeed,
    @Inject(MAILER) private readonly mailer: Mailer | null,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  /** Attempts of this instance since its start. */
  get counts(): { readonly sent: number; readonly failed: number } {
    return this.counted;
  }

  /** @throws StartError where people would wait for mails that never come */
  onModuleInit(): void {
    if (this.purpose !== 'service') return;
    const { registration, requireVerifiedEmail, production, mailFrom } = this.settings;
    if (this.mailer) {
      // A relay may write another sender into it, so that is no reason not to start.
      if (production && /@localhost>?$/.test(mailFrom)) {
        this.logger.warn(
          `The sender of mails is ${mailFrom}, which other mail servers refuse, or take for junk. Set MAIL_FROM to an ` +
            'address of your own domain.',
        );
      }
      return;
    }
    if (registration !== 'closed' || requireVerifiedEmail) {
      throw new StartError(
        `${requireVerifiedEmail ? 'REQUIRE_VERIFIED_EMAIL is on' : 'REGISTRATION isn’t closed'}, which needs mails, and SMTP_URL is not set. ` +
          'Set SMTP_URL to the server that sends mails.',
      );
    }
    this.logger.warn('SMTP_URL is not set: mails, as for a forgotten password, wait until it is.');
  }

  onApplicationBootstrap(): void {
    this.running = this.mailer !== null && this.purpose === 'service';
    this.look();
  }

  /** What is under way is finished, if it doesn't take too long. What isn't, the next start or another instance sends. */
  async beforeApplicationShutdown(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await within(LONGEST_FAREWELL, Promise.all(this.workers)).catch(() => undefined);
    await this.mailer?.close?.();
  }

  /** There may be something to send. */
  wake(): void {
    this.woken = true;
    if (!this.running || this.workers.size >= AT_ONCE) return;
    const worker = this.work()
      .catch((error: unknown) => this.logger.warn(`Mails wait: ${told(error)}`))
      .finally(() => this.workers.delete(worker));
    this.workers.add(worker);
  }

  private look(): void {
    if (!this.running) return;
    this.wake();
    this.timer = setTimeout(() => this.look(), LOOK_EVERY).unref();
  }

  private async work(): Promise<void> {
    // A database that doesn't answer would be waited for, also by whoever ends the process.
    if (!(await this.feed.becomeFresh())) return;
    while (this.woken) {
      this.woken = false;
      for (let mail = await this.next(); mail; mail = await this.next()) {
        // There may be more, for others to do meanwhile.
        this.wake();
        await this.deliver(mail, this.mailer!);
      }
    }
  }

  private async next(): Promise<ClaimedMail | undefined> {
    return this.running ? this.stored.claim(CLAIM) : undefined;
  }

  private async deliver(mail: ClaimedMail, mailer: Mailer): Promise<void> {
    // It comes up again where the database went before its row did.
    if (!this.sent.has(mail.id) && !(await this.attempt(mail, mailer))) return;
    await this.stored.remove(mail);
    this.sent.delete(mail.id);
  }

  /** Whether there is nothing left to do but to delete its row. */
  private async attempt(mail: ClaimedMail, mailer: Mailer): Promise<boolean> {
    const ended = new AbortController();
    void this.keep(mail, ended.signal);
    try {
      const message = await this.composer.compose(mail);
      if (message) {
        await within(LONGEST_ATTEMPT, mailer.send(message));
        this.sent.add(mail.id);
        this.succeed();
      } else this.logger.debug(`The mail ${mail.id} (${mail.kind}) is about nothing any more, and was dropped.`);
      return true;
    } catch (error) {
      await this.fail(mail, error);
      return false;
    } finally {
      ended.abort();
    }
  }

  /** Renews the claim for as long as the attempt takes. */
  private async keep(mail: ClaimedMail, ended: AbortSignal): Promise<void> {
    const each = setInterval(RENEW_EVERY, undefined, { signal: ended, ref: false });
    try {
      for await (const _ of each) {
        // Of a database that is gone nobody else claims it either.
        await this.stored.renew(mail, CLAIM).catch(() => undefined);
      }
    } catch {
      // That is how it ends.
    }
  }

  private succeed(): void {
    this.counted.sent++;
    if (this.failing) this.logger.log('Mails can be sent again.');
    this.failing = false;
  }

  private async fail(mail: ClaimedMail, error: unknown): Promise<void> {
    this.counted.failed++;
    const reason = told(error);
    const name = `The mail ${mail.id} (${mail.kind})`;
    const age = (Date.now() - mail.createdAt.getTime()) / 1_000;
    const delay =
      error instanceof MailRefusedError ? undefined : backOff(this.settings.mailRetryDelay, mail.attempts, age);
    if (delay === undefined) {
      this.logger.warn(`${name} was given up: ${reason}`);
      await this.stored.giveUp(mail, reason);
      return;
    }
    // One line for a server that is down, not one for each mail.
    this.logger[this.failing ? 'debug' : 'warn'](`${name} could not be sent, and is tried again: ${reason}`);
    this.failing = true;
    await this.stored.postpone(mail, delay, reason);
    if (delay * 1_000 < LOOK_EVERY) setTimeout(() => this.wake(), delay * 1_000).unref();
  }
}

/** What went wrong, in a line. A server that refuses a mail may repeat the link that stands in it. */
function told(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return oneLine(message.replaceAll(/(token=)[^\s"'<>&]+|[\w-]{72,}/gi, '$1…'), LONGEST_ERROR);
}

async function within<T>(limit: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${limit / 1_000} s.`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
