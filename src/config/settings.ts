import {
  appSecret,
  audience,
  bcryptCost,
  databaseUrl,
  distinguishedName,
  duration,
  durationOrNever,
  givenSecret,
  groupMap,
  host,
  integer,
  ldapAttribute,
  ldapGroupFilter,
  ldapUrl,
  ldapUserDn,
  ldapUserFilter,
  mailFrom,
  names,
  nodeEnv,
  oneOf,
  onOff,
  origins,
  password,
  path,
  publicUrl,
  registration,
  smtpUrl,
  trustProxy,
} from './parsers.js';
import { type Mode, type Parser, type Setting, SettingsError } from './setting.js';

/**
 * All settings there are. `.env.example` and `docs/settings.md` are written from this table
 * (`node scripts/write-settings-docs.mjs`), and the type `Settings` is derived from it.
 */
export const settingsTable = {
  production: {
    name: 'NODE_ENV',
    parser: nodeEnv,
    default: 'development',
    description: 'The kind of run. `production` is strict: no demo, no Swagger UI unless asked for, no made-up secret.',
  },
  port: {
    name: 'PORT',
    parser: integer(0, 65_535),
    default: '8000',
    description: 'The port to listen at; `0` takes any free one.',
  },
  host: {
    name: 'HOST',
    parser: host,
    default: '127.0.0.1',
    description: 'The address to listen at; `0.0.0.0` is every IPv4 address of the machine.',
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    parser: publicUrl,
    default: 'http://127.0.0.1:<PORT>',
    description:
      'The address by which callers reach the service: the issuer (`iss`) of its tokens, and the start of its links.',
    page: 'instances.md',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    parser: databaseUrl,
    secret: true,
    description: 'The PostgreSQL database. Unset: a database inside the process, kept in `DATA_DIR`.',
    page: 'instances.md',
  },
  databasePoolSize: {
    name: 'DATABASE_POOL_SIZE',
    parser: integer(1, 200),
    default: '10',
    description: 'How many connections to PostgreSQL one instance opens at most.',
  },
  dataDir: {
    name: 'DATA_DIR',
    parser: path,
    default: './data',
    description:
      'The folder of the embedded database, and outside production of the secret that was made and of mails that aren’t sent.',
  },
  appSecret: {
    name: 'APP_SECRET',
    parser: appSecret,
    requiredInProduction: true,
    secret: true,
    description:
      'Encrypts the signing keys in the database. Unset outside production: one is made and kept in `DATA_DIR`.',
    page: 'operations.md',
  },
  appSecretPrevious: {
    name: 'APP_SECRET_PREVIOUS',
    parser: appSecret,
    secret: true,
    description:
      'The former `APP_SECRET`, while it is being changed: what was encrypted under it is encrypted anew at the start.',
    page: 'operations.md',
  },
  initialAdminPassword: {
    name: 'INITIAL_ADMIN_PASSWORD',
    parser: password,
    secret: true,
    description: 'The first password of `admin`, used at the first start only. Unset: a random one, printed once.',
    page: 'passwords.md',
  },
  demo: {
    name: 'DEMO',
    parser: onOff,
    default: { production: 'off', otherwise: 'on' },
    description: 'The demo resources and the demo people.',
  },
  accessTokenLifetime: {
    name: 'ACCESS_TOKEN_LIFETIME',
    parser: duration('1s', '24h'),
    default: '60m',
    description: "How long a person's access token lives.",
  },
  refreshTokenLifetime: {
    name: 'REFRESH_TOKEN_LIFETIME',
    parser: duration('1s', '365d'),
    default: '14d',
    description: 'How long a refresh token may go unused.',
  },
  refreshTokenAbsoluteLifetime: {
    name: 'REFRESH_TOKEN_ABSOLUTE_LIFETIME',
    parser: duration('1s', '3650d'),
    default: '90d',
    description: 'How long after a login its tokens can be refreshed, however often they were.',
  },
  refreshReuseLeeway: {
    name: 'REFRESH_REUSE_LEEWAY',
    parser: duration('0s', '10m'),
    default: '10s',
    description:
      'For how long a refresh token that was used may come again, as from a client that lost the answer. Later it ends the login and all its tokens. `0`: at once; then two refreshes at the same time end it too.',
    page: 'tokens.md',
  },
  serviceTokenLifetime: {
    name: 'SERVICE_TOKEN_LIFETIME',
    parser: duration('1s', '3650d'),
    default: '900d',
    description: 'How long a token of a service account lives, unless a shorter time is asked for.',
  },
  tokenAlgorithm: {
    name: 'TOKEN_ALGORITHM',
    parser: oneOf('RS256', 'ES256'),
    default: 'RS256',
    description: 'The algorithm that signs access tokens.',
  },
  keyRotationInterval: {
    name: 'KEY_ROTATION_INTERVAL',
    parser: durationOrNever('1h', '3650d'),
    default: '90d',
    description: 'How long a signing key signs before the next one takes over. Tokens that are out stay good.',
    page: 'operations.md',
  },
  tokenAudience: {
    name: 'TOKEN_AUDIENCE',
    parser: audience,
    description: 'The audience (`aud`) of tokens that are issued without a client. Unset: the issuer.',
    page: 'tokens.md',
  },
  firstPartyClient: {
    name: 'FIRST_PARTY_CLIENT',
    parser: onOff,
    default: 'on',
    description: 'The built-in public client, which lets people log in at `/token` without a client of their own.',
  },
  bcryptCost: {
    name: 'BCRYPT_COST',
    parser: bcryptCost,
    default: '12',
    description: 'The cost of new password hashes; each step doubles the work.',
  },
  requirePasswordChange: {
    name: 'REQUIRE_PASSWORD_CHANGE',
    parser: onOff,
    default: { production: 'on', otherwise: 'off' },
    description:
      'Whether a password that somebody else has set is to be changed before anything else: until then only `/users/me` answers.',
    page: 'passwords.md',
  },
  loginMaxFailures: {
    name: 'LOGIN_MAX_FAILURES',
    parser: integer(1, 1_000),
    default: '5',
    description:
      'How many wrong passwords are free for one name from one place; each one more has to be waited for, twice as long as the one before.',
    page: 'guessing.md',
  },
  registration: {
    name: 'REGISTRATION',
    parser: registration,
    default: 'closed',
    description:
      'Who may make an account of their own: everybody, nobody, or those with a mail address of some domains.',
    page: 'self-service.md',
  },
  registrationGroups: {
    name: 'REGISTRATION_GROUPS',
    parser: names,
    description: 'The groups in which accounts start that people make of their own; they must be there. Unset: none.',
    page: 'self-service.md',
  },
  requireVerifiedEmail: {
    name: 'REQUIRE_VERIFIED_EMAIL',
    parser: onOff,
    default: 'off',
    description: 'Whether people can log in only after they have shown that their mail address is theirs.',
    page: 'self-service.md',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    parser: smtpUrl,
    secret: true,
    description:
      'The server that sends mails. Unset outside production: they are written into `DATA_DIR/outbox`; in production they wait.',
    page: 'mail.md',
  },
  mailFrom: {
    name: 'MAIL_FROM',
    parser: mailFrom,
    default: 'Gatehouse <gatehouse@localhost>',
    description: 'The sender of mails.',
    page: 'mail.md',
  },
  mailRetryDelay: {
    name: 'MAIL_RETRY_DELAY',
    parser: duration('1s', '1h'),
    default: '30s',
    description:
      'How long a mail waits that could not be sent; each time twice as long, up to an hour, for three days.',
    page: 'mail.md',
  },
  userSourceCheckInterval: {
    name: 'USER_SOURCE_CHECK_INTERVAL',
    parser: durationOrNever('10s', '24h'),
    default: '15m',
    description:
      'How often the people of other sources, such as a directory, are looked up there: whoever is gone or disabled there loses their tokens here within this time.',
    page: 'user-sources.md',
  },
  userSourceNewAccounts: {
    name: 'USER_SOURCE_NEW_ACCOUNTS',
    parser: onOff,
    default: 'on',
    description:
      'Whether somebody of another source gets an account at the first login. `off`: only those who have one already can log in.',
    page: 'user-sources.md',
  },
  ldapUrl: {
    name: 'LDAP_URL',
    parser: ldapUrl,
    description: 'The directory whose people can log in. Unset: none. `ldaps` is TLS from the start.',
    page: 'user-sources.md',
  },
  ldapStarttls: {
    name: 'LDAP_STARTTLS',
    needs: 'LDAP_URL',
    parser: onOff,
    default: 'off',
    description: 'Whether a connection by `ldap://` is encrypted by StartTLS before anything is said on it.',
    page: 'user-sources.md',
  },
  ldapAllowPlaintext: {
    name: 'LDAP_ALLOW_PLAINTEXT',
    needs: 'LDAP_URL',
    parser: onOff,
    default: 'off',
    description:
      'Whether passwords may be sent to a directory unencrypted. Without it, `ldap://` without StartTLS is refused, unless the directory is on this machine.',
    page: 'user-sources.md',
  },
  ldapCaFile: {
    name: 'LDAP_CA_FILE',
    needs: 'LDAP_URL',
    parser: path,
    description:
      'A file with the certificates (PEM) of the authorities that have signed the directory’s. Unset: those that Node knows.',
    page: 'user-sources.md',
  },
  ldapBindDn: {
    name: 'LDAP_BIND_DN',
    needs: 'LDAP_URL',
    parser: distinguishedName('cn=gatehouse,ou=services,dc=example,dc=com'),
    description: 'As whom the service searches the directory. Unset: as nobody, if the directory allows that.',
    page: 'user-sources.md',
  },
  ldapBindPassword: {
    name: 'LDAP_BIND_PASSWORD',
    needs: 'LDAP_URL',
    parser: givenSecret,
    secret: true,
    description: 'The password that belongs to `LDAP_BIND_DN`.',
    page: 'user-sources.md',
  },
  ldapUserBase: {
    name: 'LDAP_USER_BASE',
    needs: 'LDAP_URL',
    parser: distinguishedName('ou=people,dc=example,dc=com'),
    description: 'Below which entry people are searched. Needed with `LDAP_URL`, unless `LDAP_USER_DN` is set.',
    page: 'user-sources.md',
  },
  ldapUserFilter: {
    name: 'LDAP_USER_FILTER',
    needs: 'LDAP_URL',
    parser: ldapUserFilter,
    default: '(uid={username})',
    description:
      'By which filter somebody is found who logs in. With `*` in the place of the name it must find all who may log in: the regular check searches so.',
    page: 'user-sources.md',
  },
  ldapUserDn: {
    name: 'LDAP_USER_DN',
    needs: 'LDAP_URL',
    parser: ldapUserDn,
    description:
      'Where entries are all called alike, their name: then nobody is searched for, and `LDAP_USER_FILTER` is not used.',
    page: 'user-sources.md',
  },
  ldapIdAttribute: {
    name: 'LDAP_ID_ATTRIBUTE',
    needs: 'LDAP_URL',
    parser: ldapAttribute('entryUUID', 'objectGUID'),
    default: 'entryUUID',
    description:
      'The attribute that names an entry for good, whatever becomes of the rest: `entryUUID`, `objectGUID` (Active Directory), `nsUniqueId` (389 Directory Server), `ipaUniqueID` (FreeIPA). Never change it: accounts hang on it.',
    page: 'user-sources.md',
  },
  ldapUsernameAttribute: {
    name: 'LDAP_USERNAME_ATTRIBUTE',
    needs: 'LDAP_URL',
    parser: ldapAttribute('uid', 'sAMAccountName'),
    default: 'uid',
    description: 'The attribute that is the user name here; `sAMAccountName` in Active Directory.',
    page: 'user-sources.md',
  },
  ldapEmailAttribute: {
    name: 'LDAP_EMAIL_ATTRIBUTE',
    needs: 'LDAP_URL',
    parser: ldapAttribute('mail'),
    default: 'mail',
    description: 'The attribute with the mail address.',
    page: 'user-sources.md',
  },
  ldapNameAttribute: {
    name: 'LDAP_NAME_ATTRIBUTE',
    needs: 'LDAP_URL',
    parser: ldapAttribute('cn', 'displayName'),
    default: 'cn',
    description: 'The attribute with the person’s name; `displayName` in Active Directory.',
    page: 'user-sources.md',
  },
  ldapGroupBase: {
    name: 'LDAP_GROUP_BASE',
    needs: 'LDAP_URL',
    parser: distinguishedName('ou=groups,dc=example,dc=com'),
    description: 'Below which entry groups are searched. Unset: they are read from `memberOf` of the person’s entry.',
    page: 'user-sources.md',
  },
  ldapGroupFilter: {
    name: 'LDAP_GROUP_FILTER',
    needs: 'LDAP_URL',
    parser: ldapGroupFilter,
    default: '(|(member={dn})(uniqueMember={dn})(memberUid={username}))',
    description: 'By which filter the groups of an entry are found.',
    page: 'user-sources.md',
  },
  ldapNestedGroups: {
    name: 'LDAP_NESTED_GROUPS',
    needs: 'LDAP_URL',
    parser: onOff,
    default: 'off',
    description: 'Whether whoever is in a group is in those too that this group is in. It needs `LDAP_GROUP_BASE`.',
    page: 'user-sources.md',
  },
  ldapGroupMap: {
    name: 'LDAP_GROUP_MAP',
    needs: 'LDAP_URL',
    parser: groupMap,
    description:
      'Which group of the directory, by its distinguished name or by its `cn` alone, puts people into which group here. Only the groups named here are managed so.',
    page: 'user-sources.md',
  },
  ldapTimeout: {
    name: 'LDAP_TIMEOUT',
    needs: 'LDAP_URL',
    parser: duration('1s', '60s'),
    default: '5s',
    description: 'How long a login waits for the directory at most.',
    page: 'user-sources.md',
  },
  ldapPageSize: {
    name: 'LDAP_PAGE_SIZE',
    needs: 'LDAP_URL',
    parser: integer(1, 1_000),
    default: '200',
    description: 'How many entries of the directory are fetched at once; not more than it allows.',
    page: 'user-sources.md',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    parser: trustProxy,
    default: 'off',
    description: "Which reverse proxies are believed when they name the caller's address in `X-Forwarded-For`.",
    page: 'instances.md',
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    parser: origins,
    description:
      'Of which origins browsers may call `/token`, `/revoke`, `/userinfo` and `/.well-known/*`, such as the Swagger UI of a connected application. Unset: of none but the service’s own.',
    page: 'operations.md',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    parser: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    description: 'The least important kind of line that the log shows.',
  },
  metricsOpen: {
    name: 'METRICS_OPEN',
    parser: onOff,
    default: 'off',
    description:
      '`on`: everybody who reaches `/metrics` may read it, as where a reverse proxy keeps others away. `off`: it needs a token with `metrics:read`.',
    page: 'operations.md',
  },
  swaggerUi: {
    name: 'SWAGGER_UI',
    parser: onOff,
    default: { production: 'off', otherwise: 'on' },
    description: 'Swagger UI at `/docs` and the OpenAPI document at `/openapi.json`.',
  },
} as const satisfies Record<string, Setting<unknown>>;

type Table = typeof settingsTable;
type ValueOf<Row> = Row extends { parser: Parser<infer T> } ? T : never;
type UnsetKey = { [Key in keyof Table]: Table[Key] extends { default: unknown } ? never : Key }[keyof Table];

/** The settings, read and checked. Durations are in seconds. */
export type Settings = { readonly [Key in Exclude<keyof Table, UnsetKey>]: ValueOf<Table[Key]> } & {
  readonly [Key in UnsetKey]?: ValueOf<Table[Key]>;
};

/**
 * Reads the settings from an environment. Pure; an empty value counts as unset.
 *
 * @throws SettingsError with a sentence for each setting that is wrong or missing, all at once. The values of secrets
 *   are in none of them.
 */
export function loadSettings(env: NodeJS.ProcessEnv): Settings {
  const mode = readMode(env);
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(settingsTable)) {
    const text = textOf(setting, env, mode);
    if (text === undefined) {
      if (setting.requiredInProduction && mode === 'production') {
        problems.push(`${setting.name} is not set; in production it must be ${setting.parser.allowed}.`);
      }
      continue;
    }
    const value = setting.parser.parse(text, mode);
    // A default that is not allowed follows from another setting, which has its own sentence.
    if (value === undefined && env[setting.name]) {
      const what = setting.secret ? 'has a value that is not allowed' : `is ${JSON.stringify(withoutUser(text))}`;
      problems.push(`${setting.name} ${what}; it must be ${setting.parser.allowed}.`);
    }
    values[key] = value;
    if (setting.needs !== undefined && !env[setting.needs] && env[setting.name] && text !== defaultOf(setting, mode)) {
      problems.push(`${setting.name} is set, which does nothing without ${setting.needs}. Set both, or neither.`);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(values) as Settings;
}

/** Somebody may have put a password into an address that takes none. */
function withoutUser(text: string): string {
  return text.replace(/(:\/\/).*@/s, '$1…@');
}

/** An unknown mode is checked as production; that it is unknown comes out when its own row is read. */
function readMode(env: NodeJS.ProcessEnv): Mode {
  const text = env['NODE_ENV'] || 'development';
  return text === 'development' || text === 'test' ? text : 'production';
}

/** The text that counts for a setting: the given one, else its default; `undefined` if it has neither. */
export function textOf(setting: Setting<unknown>, env: NodeJS.ProcessEnv, mode: Mode): string | undefined {
  const given = env[setting.name];
  if (given) return given;
  return defaultOf(setting, mode)?.replace(/<(\w+)>/g, (_, name: string) => {
    const other = Object.values<Setting<unknown>>(settingsTable).find((row) => row.name === name);
    return (other && textOf(other, env, mode)) ?? '';
  });
}

function defaultOf({ default: fallback }: Setting<unknown>, mode: Mode): string | undefined {
  return typeof fallback === 'object' ? fallback[mode === 'production' ? 'production' : 'otherwise'] : fallback;
}
