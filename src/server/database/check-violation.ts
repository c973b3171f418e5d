import { QueryFailedError } from 'typeorm';

/** The name of the CHECK constraint that an insert or update ran into; undefined for any other error. */
export function violatedCheck(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { code, constraint } = error.driverError as { code?: string; constraint?: string };
  return code === '23514' ? (constraint ?? '') : undefined;
}
