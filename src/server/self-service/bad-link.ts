import { DomainError } from '../domain-error.js';

/** Why a link isn't good stays unsaid: used, too old, tampered with, of another purpose, or overtaken by a change. */
export function badLink(): DomainError {
  const message = 'The link isn’t good, or not any more.';
  return new DomainError(
    'invalid',
    'The link isn’t good, or not any more: it was used, is older than an hour, or was overtaken by a change. Ask for another one.',
    { errors: [{ path: 'token', message }] },
  );
}
