import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Html, html } from './html.js';

/** A page: what it is called, and what stands on it. */
export interface Page {
  readonly title: string;
  readonly content: Html;
}

const STYLE = `
:root { color-scheme: light dark; --line: #6b7280; --accent: #1d4ed8; --on-accent: #fff; --wrong: #b91c1c }
@media (prefers-color-scheme: dark) { :root { --line: #9ca3af; --accent: #93c5fd; --on-accent: #111827; --wrong: #fca5a5 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { max-width: 28rem; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem }
label { display: block; font-weight: 600; margin-top: 1rem }
input { display: block; width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .25rem }
input[readonly] { border-style: dashed }
input[aria-invalid] { border: 2px solid var(--wrong) }
.hint { margin: .25rem 0 0 }
.wrong { margin: .25rem 0 0; color: var(--wrong); font-weight: 600 }
button { font: inherit; font-weight: 600; margin-top: 1.5rem; padding: .625rem 1.25rem; min-height: 2.75rem; border: 0;
  border-radius: .25rem; background: var(--accent); color: var(--on-accent); cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`;

/** Made at once: its hash is that of every character between its tags. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Nothing runs, nothing is loaded from anywhere, nothing frames it. What stands in the address of such a page may be a
 * secret: it is told to nobody by a Referer, and is kept by no cache.
 */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** Answers with a page. It needs no script, nor anything else that isn't in it. */
export function sendPage(reply: FastifyReply, page: Page, status = 200): void {
  void reply
    .status(status)
    .headers(HEADERS)
    .send(String(document(page)));
}

function document({ title, content }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `;
}
