/**
 * For `vi.waitFor` and `vi.waitUntil`, where what is awaited comes by itself and when isn’t what is tested: a machine that
 * is busy otherwise takes longer than the second that they wait unless told.
 */
export const PATIENTLY = { timeout: 20_000, interval: 5 };
