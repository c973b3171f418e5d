/** A mail, ready to be sent. Neither in its addresses nor in its subject is there a line break. */
export interface MailMessage {
  /** The same at each attempt, with its angle brackets: who gets a mail twice can tell by it. */
  readonly messageId: string;
  /** An address, or a name and an address: `Gatehouse <gatehouse@example.com>`. */
  readonly from: string;
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * An extension point: hands mails over to whatever sends them. Which mails, when, how often, and what becomes of those that
 * fail is seen to before; here it is one attempt.
 */
export interface Mailer {
  /**
   * Fulfilled when the mail was taken; what it answers is shown by `gatehouse mail test`. An attempt that takes a minute
   * counts as failed.
   *
   * @throws MailRefusedError when trying again makes no sense; anything else when it does
   */
  send(message: MailMessage): Promise<string | void>;

  /** Once, when the service ends, after the last mail. */
  close?(): void | Promise<void>;
}

/** This mail won't be taken, however often it is tried, as when there is no such address. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
}

/** Injects the {@link Mailer}; null when there is none, and mails wait. */
export const MAILER = 'gatehouse:mailer';
