/** What this share of the numbers lies below. */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The middle one; of an even number of them the upper. */
export function median(numbers) {
  return quantile(numbers, 0.5);
}
