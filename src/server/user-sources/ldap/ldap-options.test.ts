import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../config/settings.js';
import { StartError } from '../../start-error.js';
import { ldapOptions } from './ldap-options.js';

const FEW = { LDAP_URL: 'ldaps://directory.example.com', LDAP_USER_BASE: 'ou=people,dc=example,dc=com' };
const optionsOf = (env: Record<string, string>) => ldapOptions(loadSettings({ NODE_ENV: 'test', ...env }));

describe('the settings of a directory', () => {
  it('name none unless LDAP_URL does', () => {
    expect(optionsOf({})).toBeUndefined();
  });

  it('need little', () => {
    expect(optionsOf(FEW)).toMatchObject({
      name: 'ldap',
      server: { host: 'directory.example.com', port: 636, encryption: 'tls' },
      people: { base: 'ou=people,dc=example,dc=com', filter: '(uid={username})' },
      timeLimit: 5_000,
    });
  });

  it.each(['ldap://127.0.0.1', 'ldap://localhost:1389', 'ldap://[::1]'])('take %s without TLS', (LDAP_URL) => {
    expect(optionsOf({ ...FEW, LDAP_URL })?.server.encryption).toBe('none');
  });

  it.each([
    [{ LDAP_URL: 'ldap://directory.example.com' }, /unencrypted/],
    [{ LDAP_URL: 'ldap://127.0.0.1.example.com' }, /unencrypted/],
    [{ LDAP_URL: 'ldap://10.0.0.1' }, /unencrypted/],
    [{ LDAP_STARTTLS: 'on' }, /TLS already/],
    [{ LDAP_USER_BASE: '' }, /LDAP_USER_BASE/],
    [{ LDAP_BIND_DN: 'cn=gatehouse,dc=example' }, /LDAP_BIND_PASSWORD must be set/],
    [{ LDAP_BIND_PASSWORD: 'secret' }, /whose it is/],
    [{ LDAP_NESTED_GROUPS: 'on' }, /LDAP_GROUP_BASE/],
    [{ LDAP_USER_FILTER: '(&(uid={username})' }, /no search filter/],
    [{ LDAP_CA_FILE: '/nowhere/ca.pem' }, /can’t be read/],
  ])('that don’t go together stop the start: %j', (env, sentence) => {
    const start = (): unknown => optionsOf({ ...FEW, ...env });
    expect(start).toThrow(StartError);
    expect(start).toThrow(sentence);
    expect(start).not.toThrow(/secret/);
  });

  it('allow a network that is safe by other means, if somebody says so', () => {
    const LDAP_URL = 'ldap://directory.example.com';
    expect(optionsOf({ ...FEW, LDAP_URL, LDAP_ALLOW_PLAINTEXT: 'on' })?.server.encryption).toBe('none');
    expect(optionsOf({ ...FEW, LDAP_URL, LDAP_STARTTLS: 'on' })?.server).toMatchObject({
      port: 389,
      encryption: 'starttls',
    });
  });

  it('a file of authorities must have one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ca-'));
    const LDAP_CA_FILE = join(folder, 'ca.pem');
    writeFileSync(LDAP_CA_FILE, 'nothing');
    expect(() => optionsOf({ ...FEW, LDAP_CA_FILE })).toThrow(/no certificate/);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['LDAP_URL', 'ldap://user:secret@directory'],
    ['LDAP_URL', 'https://directory'],
    ['LDAP_USER_FILTER', '(uid=x)'],
    ['LDAP_USER_DN', '{username}@example.com'],
    ['LDAP_USER_DN', 'ou=people'],
    ['LDAP_GROUP_MAP', 'staff'],
  ])('a wrong one is refused as any other: %s=%s', (name, value) => {
    expect(() => optionsOf({ ...FEW, [name]: value })).toThrow(`${name} is`);
  });
});
