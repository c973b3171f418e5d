import { DomainError, type FieldError } from '../domain-error.js';

/** What is said of a name that an account has. */
export const USERNAME_TAKEN: FieldError = {
  path: 'username',
  message: 'There is an account with this name, or one that reads the same.',
};

/**
 * The refusal of a name that nobody may have who chooses it, since a route asks for it: word for word that of one that is
 * taken, or it would tell which these are.
 */
export function usernameTaken(): DomainError {
  return new DomainError('conflict', USERNAME_TAKEN.message, { errors: [USERNAME_TAKEN] });
}
