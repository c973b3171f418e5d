import { EqualityFilter, FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { normalDn, ownNameOf } from './distinguished-name.js';
import { escapeDnValue, escapeFilterValue } from './escape.js';

const NASTY = [
  '*',
  '(',
  ')',
  '\\',
  '\0',
  '"',
  '+',
  ',',
  ';',
  '<',
  '=',
  '>',
  '#',
  ' ',
  '$&',
  "$'",
  'é',
  '😀',
  '\n',
  'a',
  '2a',
];

/** Texts made of what means something in filters and names. */
function* nastyTexts(): Generator<string> {
  yield* NASTY;
  let seed = 42;
  for (let n = 0; n < 2_000; n++) {
    let text = '';
    for (let length = 0; length < (n % 6) + 2; length++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += NASTY[seed % NASTY.length];
    }
    yield text;
  }
}

describe('RFC 4515 §3: a value in a search filter', () => {
  it('stays that one value, whatever it is', () => {
    for (const text of nastyTexts()) {
      const filter = FilterParser.parseString(`(&(uid=${escapeFilterValue(text)})(objectClass=person))`) as unknown as {
        filters: EqualityFilter[];
      };
      expect(filter.filters).toHaveLength(2);
      expect(filter.filters[0]).toBeInstanceOf(EqualityFilter);
      expect(filter.filters[0]!.value).toBe(text);
    }
  });
});

describe('RFC 4514 §2.4: a value in a distinguished name', () => {
  it('stays that one value, whatever it is', () => {
    for (const text of nastyTexts()) {
      const dn = `uid=${escapeDnValue(text)},ou=people,dc=example`;
      expect(ownNameOf(dn), dn).toBe(text);
      expect(normalDn(dn)?.endsWith(',ou=people,dc=example'), dn).toBe(true);
    }
  });

  it('is the same in all spellings that servers have', () => {
    const spellings = [
      'CN=Research\\, Müller,OU=Groups,DC=example',
      'cn=research\\2C m\\c3\\bcller, ou=groups, dc=example',
      ' cn = research\\, müller ,ou=groups ,dc=example ',
    ];
    expect(new Set(spellings.map(normalDn)).size).toBe(1);
    expect(normalDn('cn=a+uid=b,dc=x')).toBe(normalDn('UID=b+CN=a,DC=x'));
    expect(normalDn('cn=a\\,ou=b')).not.toBe(normalDn('cn=a,ou=b'));
    expect(normalDn('finance')).toBeUndefined();
    expect(normalDn('cn=broken\\')).toBeUndefined();
  });
});
