import { DomainError } from '../domain-error.js';

/** For an account of another source, whose password isn't kept here. */
export function notSetHere(source: string): DomainError {
  return new DomainError(
    'conflict',
    `The account comes from ${source}, and its password is changed there. Here is none of it.`,
  );
}
