import { Inject, Injectable, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { AccountLinks, type LinkPurpose } from '../account-links/account-links.js';
import { SETTINGS } from '../settings.token.js';
import { ENGLISH } from './english.js';
import type { MailKind } from './mail.js';
import { MAIL_OPTIONS, type MailOptions } from './mail-options.module.js';
import type { MailFacts, MailTemplate } from './mail-template.js';
import type { MailMessage } from './mailer.js';
import { oneLine } from './one-line.js';
import { renderMail } from './render-mail.js';
import type { ClaimedMail } from './stored-mails.js';

/** What the link in a mail of a kind is good for. */
const LINKS: { readonly [Kind in MailKind]?: LinkPurpose } = {
  'verify-email': 'verify-email',
  'reset-password': 'reset-password',
  invitation: 'reset-password',
};

/** Characters of what people chose, and of a subject. */
const LONGEST_FACT = 254;
const LONGEST_SUBJECT = 150;

/** Makes what is sent of what was queued, at the moment of sending. */
@Injectable()
export class MailComposer {
  constructor(
    private readonly database: DataSource,
    private readonly links: AccountLinks,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Optional() @Inject(MAIL_OPTIONS) private readonly options: MailOptions = {},
  ) {}

  /** Undefined when there is nothing to say any more: a link that the account as it is now can't have. */
  async compose(mail: ClaimedMail): Promise<MailMessage | undefined> {
    const link = await this.linkFor(mail);
    if (link === undefined) return undefined;
    const template: MailTemplate = this.options.mailTemplates?.[mail.kind] ?? ((facts) => ofWords(mail.kind, facts));
    return this.message(mail.id, mail.to, await template(await this.factsOf(mail, link)));
  }

  /** A mail by which somebody sees that mails arrive. */
  testMessage(id: string, to: string): MailMessage {
    const service = this.service;
    return this.message(
      id,
      to,
      renderMail({
        subject: `A test mail of ${service}`,
        before: [`This is a test: ${service} can send mails to you.`],
      }),
    );
  }

  private get service(): string {
    return new URL(this.settings.publicUrl).host;
  }

  /** Null for a kind that has none. */
  private async linkFor({ kind, accountId, to }: ClaimedMail): Promise<string | null | undefined> {
    const purpose = LINKS[kind];
    if (!purpose) return null;
    return accountId === null ? undefined : this.links.make(purpose, accountId, to, this.database);
  }

  private async factsOf(mail: ClaimedMail, link: string | null): Promise<MailFacts> {
    const data = Object.entries(mail.data).map(([key, value]) => [key, oneLine(value, LONGEST_FACT)]);
    return {
      kind: mail.kind,
      to: mail.to,
      account: await this.accountOf(mail),
      link,
      data: Object.fromEntries(data) as Record<string, string>,
      at: `${mail.createdAt.toISOString().slice(0, 16).replace('T', ', ')} UTC`,
      service: this.service,
      publicUrl: this.settings.publicUrl,
    };
  }

  /**
   * Nobody's words are sent to an address that isn't shown to be theirs: neither before it is verified, nor to one that they
   * only wish to have. An invitation is from an administrator, who may say a name to whom they like; and of whose address was
   * changed the former one hears by name, which was looked at when the mail was queued.
   */
  private async accountOf({ kind, accountId, to }: ClaimedMail): Promise<MailFacts['account']> {
    if (accountId === null) return null;
    const [account] = await this.database.query<
      { username: string; name: string; email: string | null; isVerified: boolean }[]
    >('SELECT username, name, email, is_verified AS "isVerified" FROM gatehouse.accounts WHERE id = $1', [accountId]);
    if (!account) return null;
    const isTheirs = account.isVerified && account.email === to;
    if (!isTheirs && kind !== 'invitation' && kind !== 'email-changed') return null;
    return { username: oneLine(account.username, LONGEST_FACT), name: oneLine(account.name, LONGEST_FACT) };
  }

  private message(
    id: string,
    to: string,
    { subject, text, html }: Pick<MailMessage, 'subject' | 'text' | 'html'>,
  ): MailMessage {
    const from = this.settings.mailFrom;
    const domain = /@([^@>]+)>?$/.exec(from)![1]!;
    return { messageId: `<${id}@${domain}>`, from, to, subject: oneLine(subject, LONGEST_SUBJECT), text, html };
  }
}

function ofWords(kind: MailKind, facts: MailFacts): ReturnType<typeof renderMail> {
  return renderMail(ENGLISH[kind](facts));
}
