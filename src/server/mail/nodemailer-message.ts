import type { SendMailOptions } from 'nodemailer';
import type { MailMessage } from './mailer.js';

/** The message as nodemailer composes it. Addresses are handed over as what they are, so that none is read as several. */
export function nodemailerMessage({ messageId, from, to, subject, text, html }: MailMessage): SendMailOptions {
  const sender = /^(?:(.*) )?<?([^<>]+?)>?$/.exec(from)!;
  const address = sender[2]!;
  return {
    messageId,
    from: { name: sender[1] ?? '', address },
    to: { name: '', address: to },
    envelope: { from: { name: '', address }, to: [{ name: '', address: to }] },
    subject,
    text,
    html,
    // RFC 3834: no out-of-office answers, please.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
