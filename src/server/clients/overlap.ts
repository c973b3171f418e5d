import { ProblemException } from '../../access/index.js';
import { parseDuration } from '../../config/duration.js';

/** The longest change-over from one secret to the next, in seconds. */
const LONGEST_OVERLAP = parseDuration('90d')!;

/**
 * The overlap in seconds.
 *
 * @throws ProblemException 400 for a longer one than 90 days
 */
export function overlapSeconds(overlap: string): number {
  const seconds = parseDuration(overlap)!;
  if (seconds <= LONGEST_OVERLAP) return seconds;
  const message = 'overlap must be 90d at most';
  throw new ProblemException({
    title: 'Bad Request',
    status: 400,
    detail: `${message}.`,
    errors: [{ path: 'overlap', message }],
  });
}
