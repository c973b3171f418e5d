import { describe, expect, it } from 'vitest';
import * as parsers from './parsers.js';
import type { Parser } from './setting.js';

function read<T>(parser: Parser<T>, text: string): T | undefined {
  return parser.parse(text, 'development');
}

describe('parsers of settings', () => {
  it.each([
    ['https://id.example.org', 'https://id.example.org'],
    ['https://ID.example.org:443/', 'https://id.example.org'],
    ['http://127.0.0.1:8000/auth//', 'http://127.0.0.1:8000/auth'],
    ['https://id.example.org/?a=b', undefined],
    ['https://id.example.org?', undefined],
    ['https://id.example.org/#x', undefined],
    ['https://me:pw@id.example.org', undefined],
    ['ftp://id.example.org', undefined],
    ['id.example.org', undefined],
    ['http://', undefined],
    ['http:///path only', undefined],
    ['http://127.0.0.1:99999', undefined],
  ])('public URL %s becomes %s', (text, url) => {
    expect(read(parsers.publicUrl, text)).toBe(url);
  });

  it.each(['postgres://localhost/gatehouse', 'postgresql://me:p%40ss@db:5432/x?sslmode=require', 'postgres:///x'])(
    'database URL %s is taken verbatim',
    (text) => {
      expect(read(parsers.databaseUrl, text)).toBe(text);
    },
  );

  it.each(['localhost/gatehouse', 'mysql://db/x', 'postgres:db', 'postgres://me:p#ss@db/x', 'postgres://db:port/x'])(
    'database URL %s is refused',
    (text) => {
      expect(read(parsers.databaseUrl, text)).toBeUndefined();
    },
  );

  it.each(['0.0.0.0', '::', '::1', 'localhost', 'db-1.example.org'])('host %s is taken', (text) => {
    expect(read(parsers.host, text)).toBe(text);
  });

  it.each(['http://localhost', 'localhost:8000', '[::1]', 'a b', '-a', '127.0.0.1/8'])('host %s is refused', (text) => {
    expect(read(parsers.host, text)).toBeUndefined();
  });

  it.each([
    ['90d', 7_776_000],
    ['off', 0],
    ['0', 0],
    ['1h', 3_600],
    ['59m', undefined],
    ['3651d', undefined],
    ['never', undefined],
  ])('interval %s becomes %s', (text, seconds) => {
    expect(read(parsers.durationOrNever('1h', '3650d'), text)).toBe(seconds);
  });

  it.each([
    ['off', false],
    ['10.0.0.0/8, loopback', '10.0.0.0/8,loopback'],
    ['fd00::/8,192.0.2.7', 'fd00::/8,192.0.2.7'],
    ['fc00::/7', 'fc00::/7'],
    ['2001:db8::/32,::1/128', '2001:db8::/32,::1/128'],
    ['::ffff:10.0.0.0/104,::ffff:192.0.2.7', '::ffff:10.0.0.0/104,::ffff:192.0.2.7'],
  ])('trusted proxy %s becomes %s', (text, value) => {
    expect(read(parsers.trustProxy, text)).toBe(value);
  });

  it.each([
    'on',
    'true',
    '*',
    '0',
    '1',
    '11',
    '0.0.0.0/0',
    '::/0',
    // Everybody, or half of everybody, in other words.
    '0.0.0.0/1,128.0.0.0/1',
    '10.0.0.0/7',
    '::/1',
    '2000::/3',
    '::ffff:0:0/96',
    '0:0:0:0:0:FFFF:0:0/96',
    '::ffff:0.0.0.0/97',
    '::ffff:10.0.0.0/103',
    '::fffe:0:0/95',
    '::/80',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'proxy',
    '1,',
  ])('trusted proxy %s is refused', (text) => {
    expect(read(parsers.trustProxy, text)).toBeUndefined();
  });

  it.each(['65536', '-1', '1.5', '0x10', '1e3', ' 80', '80\n', '٣'])('port %j is refused', (text) => {
    expect(read(parsers.integer(0, 65_535), text)).toBeUndefined();
  });

  it('switches know on and off, and nothing that every object has', () => {
    expect(read(parsers.onOff, 'on')).toBe(true);
    expect(read(parsers.onOff, 'off')).toBe(false);
    for (const text of ['true', 'On', '1', 'toString', '__proto__']) expect(read(parsers.onOff, text)).toBeUndefined();
  });

  it.each(['https://api.example.org', 'reports'])('audience %s is taken', (text) => {
    expect(read(parsers.audience, text)).toBe(text);
  });

  it.each(['two words', 'ä', 'x'.repeat(256)])('audience %s is refused', (text) => {
    expect(read(parsers.audience, text)).toBeUndefined();
  });

  it('origins are taken as browsers spell them', () => {
    const text = 'https://shop.example, http://127.0.0.1:3000,http://[::1]:8080,https://shop.example';
    expect(read(parsers.origins, text)).toEqual(['https://shop.example', 'http://127.0.0.1:3000', 'http://[::1]:8080']);
  });

  it.each([
    '*',
    'null',
    'shop.example',
    'https://Shop.example',
    'https://shop.example/',
    'https://shop.example:443',
    'https://*.example',
    'https://shop.example,',
    'ftp://shop.example',
    'https://me@shop.example',
  ])('origins %s are refused', (text) => {
    expect(read(parsers.origins, text)).toBeUndefined();
  });

  it('who may register is a word or a list of domains', () => {
    expect(read(parsers.registration, 'open')).toBe('open');
    expect(read(parsers.registration, 'Example.com, sub.example.org,example.com')).toEqual([
      'example.com',
      'sub.example.org',
    ]);
  });

  it.each(['Open', '*.example.com', 'example.com,', '@example.com', 'me@example.com', '-a.example', 'localhost'])(
    'registration for %s is refused',
    (text) => {
      expect(read(parsers.registration, text)).toBeUndefined();
    },
  );

  it.each([
    'smtp://mail.example',
    'smtps://me:s%40cret@mail.example:465',
    'smtp://127.0.0.1:2525/',
    'smtp://[::1]:2525',
  ])('the mail server %s is taken', (text) => {
    expect(read(parsers.smtpUrl, text)).toBe(text);
  });

  it.each([
    'mail.example',
    'http://mail.example',
    'smtp://',
    'smtp://mail.example/path',
    'smtp://a b',
    'smtp://mail.example?tls.rejectUnauthorized=false',
    'smtp://mail.example/?',
    'smtp://me:100%@mail.example',
    'smtp://me:x@',
    'smtp://:s3cret@mail.example',
  ])('the mail server %s is refused', (text) => {
    expect(read(parsers.smtpUrl, text)).toBeUndefined();
  });

  it.each(['auth@example.com', 'Gatehouse <auth@example.com>', 'Über uns <auth@example.com>'])(
    'the sender %s is taken',
    (text) => {
      expect(read(parsers.mailFrom, text)).toBe(text);
    },
  );

  it.each([
    'example.com',
    'a@b <c@d>, e@f',
    'x@example.com\nBcc: y@example.com',
    'Me <x@example.com',
    'Me\r\nBcc: y@example.com <x@example.com>',
    '"Me" <x@example.com>',
  ])('the sender %j is refused', (text) => {
    expect(read(parsers.mailFrom, text)).toBeUndefined();
  });

  it('counts the characters of a password, not its bytes, and keeps it verbatim', () => {
    expect(read(parsers.password, '  öäü  ß')).toBe('  öäü  ß');
    expect(read(parsers.password, 'öäüöäü7')).toBeUndefined();
    expect(read(parsers.password, '🦊'.repeat(128))).toBe('🦊'.repeat(128));
    expect(read(parsers.password, 'ö'.repeat(129))).toBeUndefined();
  });
});
