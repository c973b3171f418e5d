const SECONDS_PER_UNIT = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/**
 * Reads a duration such as `60m`, `900d`, `10s` or `0`: a whole number and one unit (`s`, `m`, `h`, `d`).
 *
 * @returns the duration in seconds, or `undefined` if the text is not a duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = /^(\d{1,9})([smhd])$/.exec(text);
  if (!parts) return undefined;
  return Number(parts[1]) * SECONDS_PER_UNIT[parts[2] as keyof typeof SECONDS_PER_UNIT];
}

/** Writes whole seconds in the largest unit that divides them, so that `parseDuration` reads the same number again. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return '0';
  const [unit, length] = Object.entries(SECONDS_PER_UNIT).find((entry) => seconds % entry[1] === 0) ?? ['s', 1];
  return `${seconds / length}${unit}`;
}
