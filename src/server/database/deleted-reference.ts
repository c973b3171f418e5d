import { QueryFailedError } from 'typeorm';

/** Whether an insert refers to a row that was deleted while it ran (or that never was there). */
export function refersToDeleted(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '23503';
}
