import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { AndFilter, FilterParser, OrFilter, type Entry, type Filter } from 'ldapts';
import type { GroupRule, SourceUser, UserSource } from '../user-source.js';
import { normalDn, parentOf } from './distinguished-name.js';
import { escapeDnValue, escapeFilterValue } from './escape.js';
import { isRefusal, LdapConnection } from './ldap-connection.js';
import { attributesOf, binaryAttributesOf, idFilter, personOf } from './ldap-entry.js';
import { groupsInEntry, searchGroups } from './ldap-groups.js';
import type { LdapOptions } from './ldap-options.js';
import { LdapPool } from './ldap-pool.js';

/** How many searches are under way at once. */
const POOL = 4;
/** No name is longer; a filter of any length would be work for the directory. */
const LONGEST_NAME = 256;
/** So many entries are looked up in one search. Servers limit answers, but none to so few. */
const AT_ONCE = 50;

/**
 * Result codes (RFC 4511 appendix A) of a bind that mean that this person can't log in: noSuchObject, invalidDNSyntax,
 * inappropriateAuthentication, invalidCredentials, insufficientAccessRights, unwillingToPerform (as of 389 Directory
 * Server for a disabled entry), constraintViolation (for one that is locked after wrong guesses). All others mean that the
 * directory can't say.
 */
const REFUSED = new Set([19, 32, 34, 48, 49, 50, 53]);

/** What is searched for. */
interface Wanted {
  readonly filter: Filter;
  readonly scope: 'base' | 'sub';
  readonly attributes: string[];
  /** In pages (RFC 2696), at most so many, or all at once: then an answer that isn't whole is an error. */
  readonly how: 'paged' | 'whole' | number;
}

/** Searches as somebody. */
type Search = (base: string, wanted: Wanted) => Promise<Entry[]>;

/** The people of a directory (LDAP version 3), such as OpenLDAP or Active Directory. */
export class LdapUserSource implements UserSource {
  readonly name: string;
  readonly timeLimit: number;
  readonly groupRules: readonly GroupRule[] | undefined;
  readonly lookUp: UserSource['lookUp'];
  private readonly logger = new Logger(LdapUserSource.name);
  private readonly pool: LdapPool;

  constructor(private readonly options: LdapOptions) {
    this.name = options.name;
    this.timeLimit = options.timeLimit;
    this.groupRules = options.groupRules?.map(({ from, to }) => ({ from: normalDn(from) ?? from, to }));
    this.pool = new LdapPool((signal) => this.openForSearches(signal), POOL);
    // People who are found by a template may read their own entries; whether anybody may read all, only a searcher shows.
    if (options.searcher || 'base' in options.people) this.lookUp = (ids, signal) => this.find(ids, signal);
  }

  async authenticate(username: string, password: string, signal: AbortSignal): Promise<SourceUser | undefined> {
    if (username === '' || password === '') return undefined;
    return 'dn' in this.options.people
      ? this.bindDirectly(this.options.people.dn, username, password, signal)
      : this.searchAndBind(this.options.people, username, password, signal);
  }

  close(): void {
    this.pool.close();
  }

  /** Somebody who isn't there is tried all the same, by a name that nobody has: it takes as long. */
  private async searchAndBind(
    { base, filter }: { readonly base: string; readonly filter: string },
    username: string,
    password: string,
    signal: AbortSignal,
  ): Promise<SourceUser | undefined> {
    const found = username.length > LONGEST_NAME ? [] : await this.findNamed(base, filter, username, signal);
    const entry = found.length === 1 ? found[0] : undefined;
    const bound = await this.bind(entry?.dn ?? `cn=${randomUUID()},${base}`, password, signal);
    bound?.close();
    return bound && entry && this.read(entry, this.searchIn(signal));
  }

  /** The name is a value within the distinguished name, so whoever has the password is this entry, and no other is read. */
  private async bindDirectly(
    template: string,
    username: string,
    password: string,
    signal: AbortSignal,
  ): Promise<SourceUser | undefined> {
    const dn = template.replaceAll('{username}', () => escapeDnValue(username));
    const bound = await this.bind(dn, password, signal);
    if (!bound) return undefined;
    try {
      const search = this.options.searcher ? this.searchIn(signal) : this.searchOn(bound, signal);
      const filter = FilterParser.parseString('(objectClass=*)');
      const attributes = attributesOf(this.options);
      const [entry] = await search(dn, { filter, scope: 'base', attributes, how: 'whole' });
      if (!entry) throw new Error(`The entry ${dn} can’t be read.`);
      return await this.read(entry, search);
    } finally {
      bound.close();
    }
  }

  /** On a connection of its own, so that no search is ever done as somebody who logs in. Undefined: refused. */
  private async bind(dn: string, password: string, signal: AbortSignal): Promise<LdapConnection | undefined> {
    const connection = await LdapConnection.open(this.options.server, signal);
    try {
      await connection.bind(dn, password, signal);
      return connection;
    } catch (error) {
      connection.close();
      if (isRefusal(error) && REFUSED.has(error.code)) return undefined;
      throw error;
    }
  }

  /** Two of one name are nobody: which of them it is can't be said. */
  private async findNamed(base: string, filter: string, username: string, signal: AbortSignal): Promise<Entry[]> {
    const found = await this.searchIn(signal)(base, {
      filter: filterWith(filter, escapeFilterValue(username)),
      scope: 'sub',
      attributes: attributesOf(this.options),
      how: 2,
    });
    if (found.length > 1) {
      const names = found.map(({ dn }) => dn).join(' and ');
      this.logger.warn(`Nobody can log in by a name that several entries of ${this.name} have: ${names}`);
    }
    return found;
  }

  private async read(entry: Entry, search: Search): Promise<SourceUser> {
    const person = personOf(entry, this.options);
    return { ...person, groups: await this.groupsOf(entry, person.username, search) };
  }

  private async groupsOf(entry: Entry, username: string, search: Search): Promise<string[]> {
    const { groups, groupRules = [] } = this.options;
    if (groupRules.length === 0) return [];
    if (!groups) return groupsInEntry(entry);
    return searchGroups({ dn: entry.dn, username }, groups, (filter) =>
      search(groups.base, { filter, scope: 'sub', attributes: ['cn'], how: 'paged' }),
    );
  }

  /** Only those whom the filter for logins would find too: who is out of it may not log in any more. */
  private async find(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, SourceUser>> {
    const { people } = this.options;
    const base = 'dn' in people ? parentOf(people.dn) : people.base;
    const all = 'dn' in people ? FilterParser.parseString('(objectClass=*)') : filterWith(people.filter, '*');
    const search = this.searchIn(signal);
    const found = new Map<string, SourceUser>();
    for (let begin = 0; begin < ids.length; begin += AT_ONCE) {
      const wanted = ids.slice(begin, begin + AT_ONCE).map((id) => idFilter(id, this.options));
      const filter = new AndFilter({ filters: [all, new OrFilter({ filters: wanted })] });
      const attributes = attributesOf(this.options);
      // Not in pages: whoever were missing from the answer would be taken for gone.
      const entries = await search(base, { filter, scope: 'sub', attributes, how: 'whole' });
      const users = await Promise.all(entries.map((entry) => this.read(entry, search)));
      for (const user of users) found.set(user.id, user);
    }
    return found;
  }

  private searchIn(signal: AbortSignal): Search {
    return async (base, what) => {
      try {
        return await this.pool.use(signal, (connection, within) => this.searchOn(connection, within)(base, what));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        throw new Error(`The directory refuses a search below ${base}: ${wordsOf(error)}`, { cause: error });
      }
    };
  }

  private searchOn(connection: LdapConnection, signal: AbortSignal): Search {
    const { pageSize, timeLimit } = this.options;
    return (base, { filter, scope, attributes, how }) =>
      connection.search(
        base,
        {
          filter,
          scope,
          attributes,
          explicitBufferAttributes: binaryAttributesOf(this.options),
          timeLimit: Math.ceil(timeLimit / 1_000),
          ...(how === 'paged' && { paged: { pageSize } }),
          ...(typeof how === 'number' && { sizeLimit: how }),
        },
        signal,
      );
  }

  private async openForSearches(signal: AbortSignal): Promise<LdapConnection> {
    const { server, searcher } = this.options;
    const connection = await LdapConnection.open(server, signal);
    try {
      if (searcher) await connection.bind(searcher.dn, searcher.password, signal);
      return connection;
    } catch (error) {
      connection.close();
      if (!searcher || !isRefusal(error)) throw error;
      throw new Error(
        `The directory refuses ${searcher.dn}, as whom it is searched (LDAP_BIND_DN, LDAP_BIND_PASSWORD): ${wordsOf(error)}`,
        { cause: error },
      );
    }
  }
}

/** Many servers say nothing but a number. */
function wordsOf({ name, message }: Error): string {
  return `${name} ${message.trim()}`;
}

/** Replaced by a function: in a text, `$&` would mean something. */
function filterWith(filter: string, value: string): Filter {
  return FilterParser.parseString(filter.replaceAll('{username}', () => value));
}
