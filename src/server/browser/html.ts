import { escapeHtml } from '../http/escape-html.js';

/** A piece of HTML that may stand as it is. Made by {@link html} alone. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text is escaped, and nothing stands where there is nothing. */
type Part = string | Html | undefined | readonly Part[];

/** HTML with everything in it escaped that isn't HTML itself. Values of attributes stand in double quotes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: pieces }, ...parts.map(written)));
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return part.map(written).join('');
}
