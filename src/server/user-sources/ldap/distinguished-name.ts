import { escapeDnValue } from './escape.js';

/** `cn` and its value, as in `cn=finance`; a name has one of them, or several that are joined by `+`. */
interface Part {
  readonly attribute: string;
  readonly value: string;
}

/**
 * The same for all spellings of one distinguished name (RFC 4514) that servers write and people type: small letters, no
 * blanks around separators, one way of escaping. Undefined for what is no distinguished name.
 */
export function normalDn(dn: string): string | undefined {
  const parsed = parse(dn);
  return parsed
    ?.map((rdn) =>
      rdn
        .map(({ attribute, value }) => `${attribute}=${escapeDnValue(value.toLowerCase())}`)
        .toSorted()
        .join('+'),
    )
    .join(',');
}

/** What the entry of a distinguished name is called where it is: `finance` of `cn=finance,ou=groups`. */
export function ownNameOf(dn: string): string | undefined {
  return parse(dn)?.[0]?.[0]?.value;
}

/** The distinguished name above: `ou=groups` of `cn=finance,ou=groups`. Nothing of it is changed. */
export function parentOf(dn: string): string {
  return dn.slice(split(dn, ',')[0]!.length + 1).trim();
}

function parse(dn: string): Part[][] | undefined {
  const rdns = split(dn, ',').map((rdn) => split(rdn, '+').map(parsePart));
  return rdns.every((rdn): rdn is Part[] => rdn.every((part) => part !== undefined)) ? rdns : undefined;
}

function parsePart(text: string): Part | undefined {
  const parts = /^\s*([a-z][\w-]*|\d+(?:\.\d+)*)\s*=\s*([^]*)$/i.exec(text);
  const value = parts && unescape(trimmed(parts[2]!));
  return parts && value !== undefined ? { attribute: parts[1]!.toLowerCase(), value: value! } : undefined;
}

/** Without the blanks at the end, unless the last one is escaped. */
function trimmed(value: string): string {
  const end = value.trimEnd();
  return end.length < value.length && /(?:^|[^\\])(?:\\\\)*\\$/.test(end) ? `${end} ` : end;
}

/** At separators that aren't escaped. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** Pairs of hexadecimal digits are bytes of UTF-8, which only together are a letter. */
function unescape(value: string): string | undefined {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(value)) return undefined;
  return value.replaceAll(/(?:\\[\da-f]{2})+|\\([^])/gi, (escaped, one?: string) =>
    one !== undefined ? one : Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}
