import { createHash } from 'node:crypto';
import type { StoredAuditEvent } from './stored-audit-event.js';

/** What the first link is made with, in the place of one before it. */
export const NO_LINK = Buffer.alloc(32);

/** The hash by which an event is linked to all that are before it in the chain. */
export function linkHash(previous: Buffer, event: StoredAuditEvent): Buffer {
  return createHash('sha256').update(previous).update(canonicalEvent(event)).digest();
}

/**
 * The event as one text, always the same for the same event (RFC 8785): members in the order of their names, nothing
 * between them. Also what is exported, so that an archive can be verified with nothing but SHA-256.
 */
export function canonicalEvent(event: StoredAuditEvent): string {
  return canonical(event);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
