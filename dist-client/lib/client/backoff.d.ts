/**
 * How long to wait before the next attempt. The first comes at once, so that the normal end of a stream costs nothing;
 * then it doubles from 100 ms to 2 s. Each is spread, so that a thousand applications don't come back in one moment.
 *
 * @param failures in a row
 * @returns milliseconds
 */
export declare function pauseAfter(failures: number, random?: () => number): number;
