/** Seconds. */
const LONGEST_DELAY = 3_600;
const GIVE_UP_AFTER = 3 * 86_400;

/**
 * How many seconds a mail waits after an attempt that failed: twice as long each time, up to an hour. Undefined when it has
 * been tried for long enough.
 *
 * @param attempts how many there were
 * @param age seconds since it was queued
 */
export function backOff(first: number, attempts: number, age: number): number | undefined {
  return age >= GIVE_UP_AFTER ? undefined : Math.min(LONGEST_DELAY, first * 2 ** Math.min(attempts - 1, 20));
}
