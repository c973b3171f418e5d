/** The smallest of the numbers that at least this share of them doesn't exceed (the nearest rank). */
export function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(numbers.length * share) - 1)]!;
}

/** The middle one; of an even number of them the lower. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
