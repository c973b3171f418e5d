import { EqualityFilter, type Entry, type Filter } from 'ldapts';
import type { SourceUser } from '../user-source.js';
import type { LdapOptions } from './ldap-options.js';

/** What servers say of an entry that may not log in. Those that know nothing of one leave it out. */
const STATE = ['userAccountControl', 'accountExpires', 'nsAccountLock', 'pwdAccountLockedTime'] as const;

/** ADS_UF_ACCOUNTDISABLE of Active Directory. */
const DISABLED = 0x2;
/** Locked by an administrator for good. Any other time is a lock after wrong guesses, which must not end a login. */
const LOCKED_FOR_GOOD = '000001010000Z';
/** Active Directory counts in 100 ns since 1601; both of these mean never. */
const NEVER = new Set(['0', '9223372036854775807']);
const FROM_1601_TO_1970 = 11_644_473_600_000;

const OBJECT_GUID = 'objectguid';
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The attributes to ask for. */
export function attributesOf({ attributes, groups }: LdapOptions): string[] {
  return [...new Set([...Object.values(attributes), ...STATE, ...(groups ? [] : ['memberOf'])])];
}

/** Those that are bytes, and no text. */
export function binaryAttributesOf({ attributes }: LdapOptions): string[] {
  return isGuid(attributes.id) ? [attributes.id, 'objectGUID'] : [];
}

/** Who an entry is, but for the groups. @throws Error, when it has no id or no user name */
export function personOf(entry: Entry, { attributes }: LdapOptions): Omit<SourceUser, 'groups'> {
  const one = (attribute: string): string | undefined => valuesOf(entry, attribute)[0];
  const id = isGuid(attributes.id) ? guidOf(entry, attributes.id) : one(attributes.id);
  const username = one(attributes.username);
  if (!id || id.includes('\uFFFD'))
    throw new Error(`The entry ${entry.dn} has no ${attributes.id} that can be its id.`);
  if (!username) throw new Error(`The entry ${entry.dn} has no ${attributes.username}.`);
  return { id, username, email: one(attributes.email), name: one(attributes.name), isActive: isActive(one) };
}

/** Finds the entry of an id. */
export function idFilter(id: string, { attributes }: LdapOptions): Filter {
  const value = isGuid(attributes.id) ? bytesOfGuid(id) : id;
  return new EqualityFilter({ attribute: attributes.id, value });
}

/** An attribute's values, however the server spells its name. */
export function valuesOf(entry: Entry, attribute: string): string[] {
  return rawValuesOf(entry, attribute).map((value) => value.toString());
}

function rawValuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const key = Object.keys(entry).find((name) => name.toLowerCase() === attribute.toLowerCase());
  const value = key === undefined ? [] : entry[key]!;
  return Array.isArray(value) ? value : [value];
}

function isActive(one: (attribute: (typeof STATE)[number]) => string | undefined): boolean {
  const expires = one('accountExpires');
  const isExpired =
    expires !== undefined && !NEVER.has(expires) && Number(expires) / 10_000 - FROM_1601_TO_1970 <= Date.now();
  return (
    (Number(one('userAccountControl') ?? 0) & DISABLED) === 0 &&
    one('nsAccountLock')?.toLowerCase() !== 'true' &&
    one('pwdAccountLockedTime') !== LOCKED_FOR_GOOD &&
    !isExpired
  );
}

function isGuid(attribute: string): boolean {
  return attribute.toLowerCase() === OBJECT_GUID;
}

/** As Microsoft writes it: the first three groups of digits are little-endian. */
function guidOf(entry: Entry, attribute: string): string | undefined {
  const [bytes] = rawValuesOf(entry, attribute);
  if (!Buffer.isBuffer(bytes) || bytes.length !== 16) return undefined;
  return swapped(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function bytesOfGuid(guid: string): Buffer {
  if (!GUID.test(guid)) throw new Error(`${guid} is no objectGUID.`);
  return swapped(Buffer.from(guid.replaceAll('-', ''), 'hex'));
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.concat([
    bytes.subarray(0, 4).toReversed(),
    bytes.subarray(4, 6).toReversed(),
    bytes.subarray(6, 8).toReversed(),
    bytes.subarray(8),
  ]);
}
