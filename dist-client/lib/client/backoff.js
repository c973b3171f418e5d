"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.pauseAfter = pauseAfter;
/** The longest pause between two attempts. Milliseconds. */
const LONGEST = 2_000;
/**
 * How long to wait before the next attempt. The first comes at once, so that the normal end of a stream costs nothing;
 * then it doubles from 100 ms to 2 s. Each is spread, so that a thousand applications don't come back in one moment.
 *
 * @param failures in a row
 * @returns milliseconds
 */
function pauseAfter(failures, random = Math.random) {
    if (failures === 0)
        return random() * 20;
    return Math.min(LONGEST, 50 * 2 ** Math.min(failures, 10)) * (0.5 + random());
}
