import { readFileSync } from 'node:fs';
import { FilterParser } from 'ldapts';
import { parseGroupMap } from '../../../config/group-map.js';
import type { Settings } from '../../../config/settings.js';
import { isLoopback } from '../../loopback.js';
import { StartError } from '../../start-error.js';
import type { GroupRule } from '../user-source.js';
import type { LdapServer } from './ldap-server.js';

/** A directory, and how people and groups are found in it. */
export interface LdapOptions {
  /** Stored with the accounts; see {@link UserSource.name}. */
  readonly name: string;
  readonly server: LdapServer;
  /** As whom searches are done; undefined: as nobody. */
  readonly searcher?: { readonly dn: string; readonly password: string } | undefined;
  /** How somebody is found: by a search, or by a template of their distinguished name. `{username}` stands for the name. */
  readonly people: { readonly base: string; readonly filter: string } | { readonly dn: string };
  readonly attributes: {
    readonly id: string;
    readonly username: string;
    readonly email: string;
    readonly name: string;
  };
  /** Undefined: groups are read from `memberOf`. */
  readonly groups?: { readonly base: string; readonly filter: string; readonly nested: boolean } | undefined;
  readonly groupRules?: readonly GroupRule[] | undefined;
  /** Milliseconds. */
  readonly timeLimit: number;
  readonly pageSize: number;
}

/**
 * What the settings say of a directory; undefined when they name none.
 *
 * @throws StartError with a sentence, for settings that don't go together
 */
export function ldapOptions(settings: Settings): LdapOptions | undefined {
  if (settings.ldapUrl === undefined) return undefined;
  const groups = settings.ldapGroupBase !== undefined && {
    groups: {
      base: settings.ldapGroupBase,
      filter: parsable('LDAP_GROUP_FILTER', settings.ldapGroupFilter),
      nested: settings.ldapNestedGroups,
    },
  };
  if (settings.ldapNestedGroups && !groups) {
    throw new StartError('LDAP_NESTED_GROUPS is on; LDAP_GROUP_BASE must say where groups are searched.');
  }
  return {
    name: 'ldap',
    server: server(settings, settings.ldapUrl),
    searcher: searcher(settings),
    people: people(settings),
    attributes: {
      id: settings.ldapIdAttribute,
      username: settings.ldapUsernameAttribute,
      email: settings.ldapEmailAttribute,
      name: settings.ldapNameAttribute,
    },
    ...groups,
    groupRules: settings.ldapGroupMap === undefined ? undefined : parseGroupMap(settings.ldapGroupMap),
    timeLimit: settings.ldapTimeout * 1_000,
    pageSize: settings.ldapPageSize,
  };
}

function server(settings: Settings, address: string): LdapServer {
  const url = new URL(address);
  const isTls = url.protocol === 'ldaps:';
  if (isTls && settings.ldapStarttls) {
    throw new StartError('LDAP_STARTTLS is on, and LDAP_URL is ldaps://, which is TLS already. Leave one of them.');
  }
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const encryption = isTls ? 'tls' : settings.ldapStarttls ? 'starttls' : 'none';
  if (encryption === 'none' && !isLoopback(host) && !settings.ldapAllowPlaintext) {
    throw new StartError(
      `LDAP_URL is ${address}: passwords would be sent unencrypted. Use ldaps://, or LDAP_STARTTLS=on. ` +
        'Where the network is safe by other means, LDAP_ALLOW_PLAINTEXT=on says so.',
    );
  }
  const port = url.port === '' ? (isTls ? 636 : 389) : Number(url.port);
  return { host, port, encryption, ...(settings.ldapCaFile !== undefined && { ca: read(settings.ldapCaFile) }) };
}

function read(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new StartError(`LDAP_CA_FILE is ${file}, which can’t be read: ${(error as Error).message}`, { cause: error });
  }
  throw new StartError(`LDAP_CA_FILE is ${file}, in which there is no certificate (PEM).`);
}

function searcher({ ldapBindDn: dn, ldapBindPassword: password }: Settings): LdapOptions['searcher'] {
  if (dn === undefined && password === undefined) return undefined;
  if (dn === undefined) throw new StartError('LDAP_BIND_PASSWORD is set; LDAP_BIND_DN must say whose it is.');
  // Many servers take a name without a password for nobody, and say yes (RFC 4513 §5.1.2).
  if (password === undefined) throw new StartError('LDAP_BIND_DN is set; LDAP_BIND_PASSWORD must be set too.');
  return { dn, password };
}

function people({ ldapUserDn: dn, ldapUserBase: base, ldapUserFilter: filter }: Settings): LdapOptions['people'] {
  if (dn !== undefined) return { dn };
  if (base === undefined) {
    throw new StartError('LDAP_URL is set; LDAP_USER_BASE (or LDAP_USER_DN) must say where people are.');
  }
  return { base, filter: parsable('LDAP_USER_FILTER', filter) };
}

function parsable(name: string, filter: string): string {
  try {
    // The parser overlooks those that are missing at the end. Within a value they are escaped.
    if (filter.split('(').length !== filter.split(')').length) throw new Error('its parentheses don’t match');
    FilterParser.parseString(filter.replaceAll(/\{(dn|username)\}/g, 'x'));
    return filter;
  } catch (error) {
    throw new StartError(`${name} is ${filter}, which is no search filter (RFC 4515): ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
