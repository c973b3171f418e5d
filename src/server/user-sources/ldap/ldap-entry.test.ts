import type { EqualityFilter } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { idFilter, personOf } from './ldap-entry.js';
import type { LdapOptions } from './ldap-options.js';

const options = (id = 'entryUUID'): LdapOptions => ({
  name: 'ldap',
  server: { host: '127.0.0.1', port: 389, encryption: 'none' },
  people: { dn: 'uid={username},dc=example' },
  attributes: { id, username: 'uid', email: 'mail', name: 'cn' },
  timeLimit: 1_000,
  pageSize: 100,
});
const entry = (more: Record<string, string | Buffer>) => ({
  dn: 'uid=ada,dc=example',
  uid: 'ada',
  entryUUID: '1',
  ...more,
});
const isActive = (more: Record<string, string>) => personOf(entry(more), options()).isActive;

describe('an entry', () => {
  it('is read however the server spells the names of its attributes', () => {
    const found = { dn: 'uid=ada,dc=example', UID: 'ada', ENTRYuuid: '1', Mail: ['ada@example.com', 'a@example.com'] };
    expect(personOf(found, options())).toEqual({
      id: '1',
      username: 'ada',
      email: 'ada@example.com',
      name: undefined,
      isActive: true,
    });
  });

  it('without an id, or with one that is no text, is an error and not somebody', () => {
    expect(() => personOf({ dn: 'uid=ada', uid: 'ada', entryUUID: [] }, options())).toThrow(/no entryUUID/);
    expect(() => personOf(entry({ entryUUID: 'a\uFFFDb' }), options())).toThrow(/no entryUUID/);
    expect(() => personOf(entry({ objectGUID: Buffer.alloc(15) }), options('objectGUID'))).toThrow(/no objectGUID/);
    expect(() => personOf(entry({ objectGUID: 'sixteen bytes ok' }), options('objectGUID'))).toThrow(/no objectGUID/);
  });

  it('of Active Directory is named by its objectGUID as Microsoft writes it, and found by its bytes', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    const guid = '00112233-4455-6677-8899-aabbccddeeff';
    expect(personOf(entry({ objectGUID: bytes }), options('objectguid')).id).toBe(guid);
    expect((idFilter(guid, options('objectGUID')) as EqualityFilter).value).toEqual(bytes);
  });

  it('is not active when its directory says so', () => {
    expect(isActive({})).toBe(true);
    expect(isActive({ userAccountControl: '512' })).toBe(true);
    expect(isActive({ userAccountControl: '514' })).toBe(false);
    expect(isActive({ useraccountcontrol: '66050' })).toBe(false);
    expect(isActive({ nsAccountLock: 'TRUE' })).toBe(false);
    expect(isActive({ nsAccountLock: 'false' })).toBe(true);
    expect(isActive({ pwdAccountLockedTime: '000001010000Z' })).toBe(false);
    expect(isActive({ accountExpires: '0' })).toBe(true);
    expect(isActive({ accountExpires: '9223372036854775807' })).toBe(true);
    expect(isActive({ accountExpires: '132223104000000000' })).toBe(false);
    expect(isActive({ accountExpires: '159017088000000000' })).toBe(true);
  });

  it('that is locked for a while after wrong guesses stays active: whoever guesses would end its logins', () => {
    expect(isActive({ pwdAccountLockedTime: '20260101120000Z' })).toBe(true);
  });
});
