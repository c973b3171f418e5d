import type { MailKind } from './mail.js';

/** What a mail can tell. All of it is one line each, without control characters, and not yet escaped for HTML. */
export interface MailFacts {
  readonly kind: MailKind;
  /** The address that gets it. */
  readonly to: string;
  /**
   * Whom it is about. Null when there is no account, and when nobody has shown yet that the address is theirs: anybody could
   * have us send their words to anyone otherwise, as the name of an account.
   */
  readonly account: { readonly username: string; readonly name: string } | null;
  /** What to open; there for the kinds that have a link. */
  readonly link: string | null;
  /** What happened, in more detail; which there are hangs on the kind. */
  readonly data: Readonly<Record<string, string>>;
  /** When it happened, such as `2026-01-31, 14:05 UTC`. The mail may have waited since. */
  readonly at: string;
  /** Where: the host of `PUBLIC_URL`. */
  readonly service: string;
  readonly publicUrl: string;
}

/** What stands in a mail. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** An extension point: what a mail says. */
export type MailTemplate = (facts: MailFacts) => MailContent | Promise<MailContent>;

/** The templates of some kinds, in place of those that are there. */
export type MailTemplates = { readonly [Kind in MailKind]?: MailTemplate | undefined };
