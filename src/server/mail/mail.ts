/** What mails there are. Each has a template. */
export const MAIL_KINDS = [
  // With a link, made when the mail is sent:
  'verify-email',
  'reset-password',
  'invitation',
  // Tell something:
  'already-registered',
  'username-taken',
  'email-change-requested',
  'email-changed',
  'password-changed',
  'login-attack',
] as const;

/** One of {@link MAIL_KINDS}. */
export type MailKind = (typeof MAIL_KINDS)[number];

/** A mail to be sent. No secret in it: a link is made at the moment of sending, from the account as it is then. */
export interface Mail {
  readonly kind: MailKind;
  /** The one address that gets it. */
  readonly to: string;
  /** Whom it is about; null when there is no account. */
  readonly accountId: string | null;
  /** What the template shows, apart from what is said of the account. */
  readonly data?: Readonly<Record<string, string>>;
}
