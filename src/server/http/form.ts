/**
 * A form as the OAuth endpoints take it (RFC 6749 appendix B). Parsed strictly and verbatim: what isn't well-formed UTF-8
 * is refused rather than replaced, or two different passwords could become one.
 */
export class Form {
  private readonly values = new Map<string, string>();
  /** A parameter that came twice; RFC 6749 §3.2 has such requests refused. */
  readonly repeated: string | undefined;

  /** @throws URIError when an escape isn't well-formed */
  constructor(text: string) {
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals));
      if (this.values.has(name)) this.repeated ??= name;
      this.values.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
    }
  }

  /** The parameter; an empty one counts as left out (RFC 6749 §3.2). */
  get(name: string): string | undefined {
    return this.values.get(name) || undefined;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }
}

/** Decodes one name or value of a form; also of the two halves of Basic credentials (RFC 6749 §2.3.1). */
export function decode(text: string): string {
  return /[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
}
