import type { Principal } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';

/** @throws DomainError `forbidden` when a service account asks: those are somebody else's to change */
export function requirePerson({ principal }: Actor): Principal {
  if (principal?.kind === 'user') return principal;
  throw new DomainError('forbidden', 'A service account is changed by those who look after it, not by itself.');
}
