import { toException } from '../../access/index.js';
import { tokenInvalid } from '../../policy/index.js';
import { InvalidTokenError } from '../../validity/index.js';

/** The answer to somebody whose account or login has gone since the request was let in: their token is dead. */
export function loginEnded(): Error {
  return toException(tokenInvalid(new InvalidTokenError('revoked')));
}
