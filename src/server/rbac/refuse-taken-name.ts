import { violatedUnique } from '../database/unique-violation.js';
import { DomainError } from '../domain-error.js';

/**
 * Says of what is made that its name is taken, where that is why it failed.
 *
 * @throws DomainError `conflict`, naming the field; any other error as it is
 */
export function refuseTakenName(message: string): (error: unknown) => never {
  return (error) => {
    if (violatedUnique(error) === undefined) throw error;
    throw new DomainError('conflict', message, { errors: [{ path: 'name', message }] });
  };
}
