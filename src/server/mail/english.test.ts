import { describe, expect, it } from 'vitest';
import { ENGLISH } from './english.js';
import { MAIL_KINDS } from './mail.js';
import type { MailFacts } from './mail-template.js';
import { oneLine } from './one-line.js';
import { renderMail } from './render-mail.js';

const facts: MailFacts = {
  kind: 'password-changed',
  to: 'maria@example.com',
  account: { username: 'maria', name: 'Maria Müller' },
  link: 'https://id.example.com/reset-password?token=T0k3n_-',
  data: { newEmail: 'maria@example.org', address: '192.0.2.7' },
  at: '2026-01-31, 14:05 UTC',
  service: 'id.example.com',
  publicUrl: 'https://id.example.com',
};

describe('each mail says what it said, in text and HTML', () => {
  it.each(MAIL_KINDS)('%s', async (kind) => {
    const { subject, text, html } = renderMail(ENGLISH[kind]({ ...facts, kind }));
    await expect(`${subject}\n\n${text}\n${html}`).toMatchFileSnapshot(`golden/${kind}.txt`);
  });

  it.each(MAIL_KINDS)('%s, where nothing is known of the account', (kind) => {
    const { text, html } = renderMail(ENGLISH[kind]({ ...facts, kind, account: null, data: {} }));
    expect(text).toMatch(/^Hello,\n/);
    expect(text + html).not.toMatch(/maria|undefined|null|\s[.,]| {2}/i);
  });
});

describe('what people chose', () => {
  const hostile = `<img src=x onerror="alert('1')">&amp;\r\nBcc: all@example.com\u2028\u202Eevil`;
  const seen = oneLine(hostile, 254);

  it('is one line, of a bounded length, in the direction of the rest', () => {
    expect(seen).toBe(`<img src=x onerror="alert('1')">&amp; Bcc: all@example.com evil`);
    expect(oneLine('🙂'.repeat(300), 254)).toBe(`${'🙂'.repeat(253)}…`);
  });

  it.each(MAIL_KINDS)('is shown in HTML and never becomes any: %s', (kind) => {
    const calm = { ...facts, kind, data: {}, account: { username: 'x', name: 'x' } };
    const wild = { ...facts, kind, data: { newEmail: seen, address: seen }, account: { username: seen, name: seen } };
    const tags = (html: string): string[] => html.match(/<[^>]*>/g)!;
    const html = renderMail(ENGLISH[kind](wild)).html;
    expect(tags(html)).toEqual(tags(renderMail(ENGLISH[kind](calm)).html));
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp; Bcc');
  });

  it('can’t leave the address of a link', () => {
    const words = { subject: 'x', before: [], action: { label: 'x', link: `https://x/?a="onclick='y'&b=<` } };
    expect(renderMail(words).html).toContain('href="https://x/?a=&quot;onclick=&#39;y&#39;&amp;b=&lt;"');
  });
});

it('nothing in a mail is fetched from elsewhere', () => {
  for (const kind of MAIL_KINDS) {
    const { html } = renderMail(ENGLISH[kind]({ ...facts, kind }));
    expect(html).not.toMatch(/<(?:img|link|script|style|iframe|object)\b|url\(|@import/i);
    expect([...html.matchAll(/https?:\/\/[^"<]+/g)].every(([url]) => url === facts.link)).toBe(true);
  }
});
