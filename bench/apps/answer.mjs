/** What every route of every application answers, guarded or not: the difference is to be the guard. */
export const ANSWER = { name: 'orders', items: [1, 2, 3], next: null };

/** Tells who started this program that it listens, and ends with it. */
export function listening() {
  process.send({ ready: true });
  process.once('disconnect', () => process.exit());
}
