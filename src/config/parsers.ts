import { BlockList, isIP } from 'node:net';
import { formatDuration, parseDuration } from './duration.js';
import { parseGroupMap } from './group-map.js';
import { PASSWORD, PASSWORD_LENGTH } from './password-length.js';
import type { Parser } from './setting.js';
import { isStrongSecret } from './secret-strength.js';

/** One of the given words, spelt just so. */
export function oneOf<const Word extends string>(...words: Word[]): Parser<Word> {
  return {
    allowed: `one of ${words.map((word) => `\`${word}\``).join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** A switch: `on` is true, `off` is false. */
export const onOff: Parser<boolean> = {
  allowed: '`on` or `off`',
  parse: (text) => (text === 'on' || text === 'off' ? text === 'on' : undefined),
};

/** The kind of run, as a boolean: is it production? */
export const nodeEnv: Parser<boolean> = {
  allowed: '`development`, `test` or `production`',
  parse: (text, mode) => (text === mode ? mode === 'production' : undefined),
};

/** A whole number within bounds, both included. */
export function integer(min: number, max: number): Parser<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
  };
}

/** The cost of bcrypt. Tests may have it cheaper than anybody else. */
export const bcryptCost: Parser<number> = {
  allowed: 'a whole number from 10 to 15 (from 4 where `NODE_ENV=test`)',
  parse: (text, mode) => integer(mode === 'test' ? 4 : 10, 15).parse(text, mode),
};

/** A duration within bounds, both included, in seconds. */
export function duration(min: string, max: string): Parser<number> {
  const [least, most] = [parseDuration(min)!, parseDuration(max)!];
  return {
    allowed: `a duration from \`${formatDuration(least)}\` to \`${formatDuration(most)}\` (\`s\`, \`m\`, \`h\` or \`d\`)`,
    parse: (text) => {
      const seconds = parseDuration(text);
      return seconds !== undefined && seconds >= least && seconds <= most ? seconds : undefined;
    },
  };
}

/** A duration within bounds, in seconds; never is 0. */
export function durationOrNever(min: string, max: string): Parser<number> {
  const within = duration(min, max);
  return {
    allowed: `${within.allowed}, or \`off\` (\`0\` too) for never`,
    parse: (text, mode) => (text === 'off' || text === '0' ? 0 : within.parse(text, mode)),
  };
}

/** A path of the file system; whether it can be used shows when it is used. */
export const path: Parser<string> = {
  allowed: 'a path, absolute or from the working directory',
  parse: (text) => text,
};

/** The value of an `aud` claim. */
export const audience: Parser<string> = {
  allowed: 'a URL such as `https://id.example.com`, or a name without blanks, of at most 255 ASCII characters',
  parse: (text) => (/^[\x21-\x7e]{1,255}$/.test(text) ? text : undefined),
};

/** An address or a name to listen at, without a port. */
export const host: Parser<string> = {
  allowed: 'an IP address or a host name, without port and scheme',
  parse: (text) => (isIP(text) || /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(text) ? text : undefined),
};

/** The address that callers see; it comes out without a slash at its end, so that paths can be put behind it. */
export const publicUrl: Parser<string> = {
  allowed: 'an address such as `https://id.example.com` (or `http://`), without user, query and fragment',
  parse: (text) => {
    const url = /^https?:\/\/[^?#\s]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    if (!url || url.username || url.password) return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

/** Origins as browsers send them (RFC 6454 §6.2): compared as they are, so spelt in no other way. No `*`: each is named. */
export const origins: Parser<readonly string[]> = {
  allowed:
    'origins such as `https://shop.example` or `http://127.0.0.1:3000`, in lower case, without path and default port, separated by commas',
  parse: (text) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.every((part) => /^https?:\/\/[^*]+$/.test(part) && URL.canParse(part) && new URL(part).origin === part)
      ? [...new Set(parts)]
      : undefined;
  },
};

const DOMAIN = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/i;

/** Who may register; domains come out in lower case. */
export const registration: Parser<'open' | 'closed' | readonly string[]> = {
  allowed: '`open`, `closed`, or mail domains such as `example.com`, separated by commas',
  parse: (text) => {
    if (text === 'open' || text === 'closed') return text;
    const domains = text.split(',').map((part) => part.trim());
    return domains.every((domain) => DOMAIN.test(domain))
      ? [...new Set(domains.map((domain) => domain.toLowerCase()))]
      : undefined;
  },
};

/** Names of groups; whether there are such shows when they are used. */
export const names: Parser<readonly string[]> = {
  allowed: 'names, separated by commas, such as `customers` or `customers, newsletter`',
  parse: (text) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.every((part) => part.length > 0) ? [...new Set(parts)] : undefined;
  },
};

/** The address of a server that takes mails (RFC 8314: `smtps` is TLS from the start). */
export const smtpUrl: Parser<string> = {
  allowed:
    'an address such as `smtp://user:password@host:587` (TLS by STARTTLS) or `smtps://user:password@host:465` (special characters percent-encoded)',
  parse: (text) => {
    // No query: libraries take options from there, such as not to verify certificates.
    if (!/^smtps?:\/\/[^#?\s/]+\/?$/.test(text) || !URL.canParse(text)) return undefined;
    const { hostname, username, password } = new URL(text);
    // With a password and nobody whose it is, nobody would log in there, without a word.
    if (username === '' && password !== '') return undefined;
    return hostname !== '' && isEncoded(username) && isEncoded(password) ? text : undefined;
  },
};

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The sender of mails: no line break, which would add headers. */
export const mailFrom: Parser<string> = {
  allowed: 'a mail address such as `gatehouse@example.com`, or one with a name, `Gatehouse <gatehouse@example.com>`',
  parse: (text) =>
    /^(?:[^<>\p{Cc}"]{1,100} <[^\s<>@\p{Cc}]{1,64}@[^\s<>@\p{Cc}]{1,253}>|[^\s<>@\p{Cc}]{1,64}@[^\s<>@\p{Cc}]{1,253})$/u.test(
      text,
    )
      ? text
      : undefined,
};

/** The address of a directory server; nothing but host and port, so that no secret gets into it. */
export const ldapUrl: Parser<string> = {
  allowed: 'an address such as `ldaps://directory.example.com` or `ldap://127.0.0.1:389`, without path and user',
  parse: (text) => (/^ldaps?:\/\/[^/?#@\s]+\/?$/i.test(text) && URL.canParse(text) ? text : undefined),
};

/** A search filter with a place for the name, which is escaped when it is put there (RFC 4515). */
export const ldapUserFilter: Parser<string> = {
  allowed: 'a search filter in parentheses in which `{username}` stands, such as `(uid={username})`',
  parse: (text) => (/^\(.+\)$/.test(text) && text.includes('{username}') ? text : undefined),
};

/** A distinguished name with a place for the name, which is escaped when it is put there (RFC 4514). */
export const ldapUserDn: Parser<string> = {
  allowed: 'a distinguished name in which `{username}` stands, such as `uid={username},ou=people,dc=example,dc=com`',
  parse: (text) => (/^[a-z][\w-]*=[^=,]*\{username\}[^=,]*(,.+)?$/i.test(text) ? text : undefined),
};

/** A search filter for the groups that somebody is in. */
export const ldapGroupFilter: Parser<string> = {
  allowed: 'a search filter in parentheses in which `{dn}` or `{username}` stands, such as `(member={dn})`',
  parse: (text) => (/^\(.+\)$/.test(text) && /\{(dn|username)\}/.test(text) ? text : undefined),
};

/** A distinguished name. */
export function distinguishedName(example: string): Parser<string> {
  return {
    allowed: `a distinguished name such as \`${example}\``,
    parse: (text) => (/^\s*[a-z\d][\w.-]*\s*=.+$/i.test(text) ? text : undefined),
  };
}

/** The name of an attribute in a directory. */
export function ldapAttribute(...examples: readonly string[]): Parser<string> {
  return {
    allowed: `the name of an attribute, such as ${examples.map((example) => `\`${example}\``).join(' or ')}`,
    parse: (text) => (/^[a-z][a-z\d-]{0,100}$/i.test(text) ? text : undefined),
  };
}

/** Which group elsewhere gives which group here; kept as it is written, and read by `parseGroupMap()`. */
export const groupMap: Parser<string> = {
  allowed:
    'rules such as `staff => employees; cn=finance,ou=groups,dc=example,dc=com => finance`, with a semicolon between them',
  parse: (text) => (parseGroupMap(text) ? text : undefined),
};

/** A secret that somebody else has given out, taken verbatim. */
export const givenSecret: Parser<string> = { allowed: 'the password, verbatim', parse: (text) => text };

/** The address of a PostgreSQL database. */
export const databaseUrl: Parser<string> = {
  allowed:
    'an address such as `postgres://user:password@host:5432/database` (special characters in user and password percent-encoded)',
  parse: (text) => {
    if (!/^postgres(ql)?:\/\/[^#\s]+$/.test(text) || !URL.canParse(text)) return undefined;
    return text;
  },
};

/** A password that a person chose, taken verbatim. Whether it is easily guessed is looked at where it is set. */
export const password: Parser<string> = {
  allowed: `${PASSWORD_LENGTH.least} to ${PASSWORD_LENGTH.most} characters long; ${PASSWORD_LENGTH.advised} or more are advised`,
  parse: (text) => (PASSWORD.test(text) ? text : undefined),
};

/** The secret that protects the private keys in the database. */
export const appSecret: Parser<string> = {
  allowed: 'at least 32 bytes long and no placeholder; `openssl rand -hex 32` makes one',
  parse: (text) => (isStrongSecret(text) ? text : undefined),
};

/**
 * Whose `X-Forwarded-*` headers count, in the form that Fastify's `trustProxy` takes. There is no "all" and no number of
 * hops: whoever reaches the service past the proxy could then forge addresses, and escape the limits that go by them.
 */
export const trustProxy: Parser<false | string> = {
  allowed:
    '`off`, or the addresses and networks of the proxies, separated by commas (`10.0.0.0/8,loopback`), none of them wider than a /8 of IPv4 or a /7 of IPv6',
  parse: (text) => {
    if (text === 'off') return false;
    const parts = text.split(',').map((part) => part.trim());
    return parts.every(isNetwork) ? parts.join(',') : undefined;
  },
};

/** The widest that are anybody's own: 10.0.0.0/8, and fc00::/7. What is wider is everybody, or a part of everybody. */
const WIDEST = { 4: 8, 6: 7 } as const;

/** The addresses of IPv4 as they are written among those of IPv6 (RFC 4291 §2.5.5.2). */
const MAPPED = { address: '::ffff:0:0', length: 96 } as const;

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', length, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (length === undefined) return true;
  const bits = Number(length);
  if (!/^\d{1,3}$/.test(length) || bits > (version === 4 ? 32 : 128)) return false;
  if (version === 4) return bits >= WIDEST[4];
  const ofIPv4 =
    isWithin(MAPPED.address, address, bits) ||
    (bits > MAPPED.length && isWithin(address, MAPPED.address, MAPPED.length));
  return bits >= (ofIPv4 ? MAPPED.length + WIDEST[4] : WIDEST[6]);
}

function isWithin(address: string, network: string, length: number): boolean {
  const list = new BlockList();
  list.addSubnet(network, length, 'ipv6');
  return list.check(address, 'ipv6');
}
