import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Setting, SettingsError } from './setting.js';
import { loadSettings, settingsTable } from './settings.js';

const secret = randomBytes(32).toString('hex');

function problems(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have a default for everything that development needs', () => {
    expect(loadSettings({})).toEqual({
      production: false,
      port: 8000,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:8000',
      databasePoolSize: 10,
      dataDir: './data',
      demo: true,
      accessTokenLifetime: 3600,
      serviceTokenLifetime: 77_760_000,
      refreshTokenLifetime: 1_209_600,
      refreshTokenAbsoluteLifetime: 7_776_000,
      refreshReuseLeeway: 10,
      tokenAlgorithm: 'RS256',
      keyRotationInterval: 7_776_000,
      firstPartyClient: true,
      bcryptCost: 12,
      requirePasswordChange: false,
      loginMaxFailures: 5,
      registration: 'closed',
      requireVerifiedEmail: false,
      mailFrom: 'Gatehouse <gatehouse@localhost>',
      mailRetryDelay: 30,
      userSourceCheckInterval: 900,
      userSourceNewAccounts: true,
      ldapStarttls: false,
      ldapAllowPlaintext: false,
      ldapUserFilter: '(uid={username})',
      ldapIdAttribute: 'entryUUID',
      ldapUsernameAttribute: 'uid',
      ldapEmailAttribute: 'mail',
      ldapNameAttribute: 'cn',
      ldapGroupFilter: '(|(member={dn})(uniqueMember={dn})(memberUid={username}))',
      ldapNestedGroups: false,
      ldapTimeout: 5,
      ldapPageSize: 200,
      trustProxy: false,
      logLevel: 'info',
      metricsOpen: false,
      swaggerUi: true,
    });
  });

  it('are strict in production', () => {
    expect(loadSettings({ NODE_ENV: 'production', APP_SECRET: secret })).toMatchObject({
      production: true,
      demo: false,
      swaggerUi: false,
      requirePasswordChange: true,
      appSecret: secret,
    });
    expect(problems({ NODE_ENV: 'production' })).toEqual([
      'APP_SECRET is not set; in production it must be at least 32 bytes long and no placeholder; `openssl rand -hex 32` makes one.',
    ]);
  });

  it('can ask for the demo and Swagger UI in production', () => {
    const settings = loadSettings({ NODE_ENV: 'production', APP_SECRET: secret, DEMO: 'on', SWAGGER_UI: 'on' });
    expect(settings).toMatchObject({ demo: true, swaggerUi: true });
  });

  it('tell all that is wrong at once, each in a sentence that names the setting, its value, and what is allowed', () => {
    expect(problems({ PORT: 'http', TOKEN_ALGORITHM: 'HS256', ACCESS_TOKEN_LIFETIME: '60', NODE_ENV: 'test' })).toEqual(
      [
        'PORT is "http"; it must be a whole number from 0 to 65535.',
        'ACCESS_TOKEN_LIFETIME is "60"; it must be a duration from `1s` to `1d` (`s`, `m`, `h` or `d`).',
        'TOKEN_ALGORITHM is "HS256"; it must be one of `RS256`, `ES256`.',
      ],
    );
  });

  it('take an empty value for none', () => {
    const empty = Object.fromEntries(Object.values(settingsTable).map(({ name }) => [name, '']));
    expect(loadSettings(empty)).toEqual(loadSettings({}));
  });

  it('are frozen', () => {
    expect(Object.isFrozen(loadSettings({}))).toBe(true);
  });

  it('never put the value of a secret into an error', () => {
    const secrets = Object.values(settingsTable).filter((row) => 'secret' in row);
    expect(secrets.map((row) => row.name)).toEqual([
      'DATABASE_URL',
      'APP_SECRET',
      'APP_SECRET_PREVIOUS',
      'INITIAL_ADMIN_PASSWORD',
      'SMTP_URL',
      // Anything may be one, so nothing is ever said of it.
      'LDAP_BIND_PASSWORD',
    ]);
    const text = problems({
      DATABASE_URL: 'mysql://me:hush@db/x',
      APP_SECRET: 'hush',
      APP_SECRET_PREVIOUS: 'hush',
      INITIAL_ADMIN_PASSWORD: 'hush',
      SMTP_URL: 'http://me:hush@mail/',
    });
    expect(text).toHaveLength(5);
    expect(text.join()).not.toContain('hush');
  });

  it.each([
    ['LDAP_URL', 'ldap://gate:pa/ss@directory.example'],
    ['PUBLIC_URL', 'https://gate:pa/ss@id.example'],
    ['CORS_ORIGINS', 'https://shop.example,https://gate:pa/ss@other.example'],
  ])('never put a password into an error that stands in an address where none belongs: %s', (name, value) => {
    const [problem] = problems({ [name]: value });
    expect(problem).toMatch(new RegExp(`^${name} is "https?://…@|^${name} is "ldap://…@`));
    expect(problem).not.toMatch(/gate:|pa\/ss/);
  });

  it('refuse what does nothing without another setting, and never quietly', () => {
    const LDAP_BIND_PASSWORD = 'hush';
    const found = problems({ LDAP_USER_BASE: 'dc=example', LDAP_STARTTLS: 'on', LDAP_BIND_PASSWORD });
    expect(found.toSorted()).toEqual([
      'LDAP_BIND_PASSWORD is set, which does nothing without LDAP_URL. Set both, or neither.',
      'LDAP_STARTTLS is set, which does nothing without LDAP_URL. Set both, or neither.',
      'LDAP_USER_BASE is set, which does nothing without LDAP_URL. Set both, or neither.',
    ]);
    const LDAP_URL = 'ldaps://directory.example';
    expect(() => loadSettings({ LDAP_URL, LDAP_USER_BASE: 'dc=example', LDAP_BIND_PASSWORD })).not.toThrow();
    // What is spelt out, and is as it would be anyway, is nothing that anybody waits for.
    expect(() => loadSettings({ LDAP_STARTTLS: 'off', LDAP_TIMEOUT: '5s' })).not.toThrow();
  });

  it('leave none of a directory to be set in vain', () => {
    const ofDirectory = Object.values<Setting<unknown>>(settingsTable).filter(({ name }) => name.startsWith('LDAP_'));
    for (const { name, needs } of ofDirectory)
      expect([name, needs]).toEqual([name, name === 'LDAP_URL' ? undefined : 'LDAP_URL']);
  });

  it('refuse a kind of run that they do not know, and do not take it for development', () => {
    const found = problems({ NODE_ENV: 'prod' });
    expect(found[0]).toBe('NODE_ENV is "prod"; it must be `development`, `test` or `production`.');
    expect(found[1]).toMatch(/^APP_SECRET is not set/);
  });

  it('let the public URL follow the port', () => {
    expect(loadSettings({ PORT: '9000' }).publicUrl).toBe('http://127.0.0.1:9000');
    expect(problems({ PORT: '1e3' })[0]).toBe('PORT is "1e3"; it must be a whole number from 0 to 65535.');
  });

  it('let bcrypt be cheaper in tests only', () => {
    expect(loadSettings({ BCRYPT_COST: '4', NODE_ENV: 'test' }).bcryptCost).toBe(4);
    expect(problems({ BCRYPT_COST: '9' })).toHaveLength(1);
    expect(problems({ BCRYPT_COST: '16' })).toHaveLength(1);
    expect(problems({ BCRYPT_COST: '3', NODE_ENV: 'test' })).toHaveLength(1);
  });

  it('refuse an access token lifetime out of bounds', () => {
    expect(loadSettings({ ACCESS_TOKEN_LIFETIME: '1s' }).accessTokenLifetime).toBe(1);
    expect(loadSettings({ ACCESS_TOKEN_LIFETIME: '1d' }).accessTokenLifetime).toBe(86_400);
    for (const text of ['0', '0s', '25h', '-1m'])
      expect(problems({ ACCESS_TOKEN_LIFETIME: text }), text).toHaveLength(1);
  });

  it('name only their own settings in errors, whatever the values', () => {
    const names = Object.values(settingsTable).map((row) => row.name);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (env) => {
        for (const problem of problems(env)) expect(names.some((name) => problem.startsWith(`${name} `))).toBe(true);
      }),
    );
  });
});
