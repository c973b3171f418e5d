import { vi } from 'vitest';
import type { TestEnvironment } from './environment.js';

/** How many queries it takes: the fewest of five times, since what goes on in the background may fall into some of them. */
export async function queriesOf({ database }: TestEnvironment, action: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let times = 0; times < 5; times++) {
    const asked = vi.spyOn(database, 'query');
    try {
      await action();
      counts.push(asked.mock.calls.length);
    } finally {
      asked.mockRestore();
    }
  }
  return Math.min(...counts);
}
