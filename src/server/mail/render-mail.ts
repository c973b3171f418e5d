import { escapeHtml } from '../http/escape-html.js';
import type { MailContent } from './mail-template.js';

/** What a mail says, in plain words: nothing of it is HTML. */
export interface MailWords {
  readonly subject: string;
  /** Paragraphs. */
  readonly before: readonly string[];
  /** What there is to do, between the paragraphs. */
  readonly action?: { readonly label: string; readonly link: string } | undefined;
  /** Paragraphs. */
  readonly after?: readonly string[] | undefined;
  /** As HTML has it (BCP 47); `en` unless told. */
  readonly language?: string | undefined;
}

const BODY = 'margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,sans-serif;color:#1f2328;background:#ffffff';
const PARAGRAPH = 'margin:0 0 16px';
const BUTTON =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#1f5fbf;color:#ffffff;text-decoration:none;font-weight:600';
const ADDRESS = 'font-size:14px;color:#59636e;word-break:break-all';

/** Makes text and HTML of it, with everything escaped, and with nothing that is fetched from elsewhere. */
export function renderMail({ subject, before, action, after = [], language = 'en' }: MailWords): MailContent {
  const text = [...before, ...(action ? [`${action.label}:\n${action.link}`] : []), ...after].join('\n\n');
  const html = [
    '<!doctype html>',
    `<html lang="${escapeHtml(language)}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>`,
    `<body style="${BODY}"><div style="max-width:36em">`,
    ...before.map(paragraph),
    ...(action
      ? [
          `<p style="${PARAGRAPH}"><a href="${escapeHtml(action.link)}" style="${BUTTON}">${escapeHtml(action.label)}</a></p>`,
          `<p style="${PARAGRAPH};${ADDRESS}">${escapeHtml(action.link)}</p>`,
        ]
      : []),
    ...after.map(paragraph),
    '</div></body>',
    '</html>',
  ].join('\n');
  return { subject, text: `${text}\n`, html: `${html}\n` };
}

function paragraph(text: string): string {
  return `<p style="${PARAGRAPH}">${escapeHtml(text)}</p>`;
}
