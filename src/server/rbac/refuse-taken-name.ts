import { violatedUnique } from '../database/unique-violation.js';
import type { DomainError } from '../domain-error.js';

/**
 * Says of what is made that its name is taken, where that is why it failed.
 *
 * @throws DomainError what `refusal` answers; any other error as it is
 */
export function refuseTakenName(refusal: () => DomainError): (error: unknown) => never {
  return (error) => {
    throw violatedUnique(error) === undefined ? error : refusal();
  };
}
