import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain-error.js';
import { WorkQueue } from './work-queue.js';

/** Work that ends when it is told to. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, work: () => opened };
}

describe('WorkQueue', () => {
  it('never runs more at once than it may, and runs all that it took', async () => {
    const queue = new WorkQueue(3, 100);
    let running = 0;
    let most = 0;
    const done = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        queue.run(async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return index;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(done).toHaveLength(50);
  });

  it('turns away at once what doesn’t fit, and takes more when there is room again', async () => {
    const queue = new WorkQueue(1, 1);
    const { open, work } = gate();
    const first = queue.run(work);
    const second = queue.run(work);
    await expect(queue.run(work)).rejects.toThrow(DomainError);
    open();
    await Promise.all([first, second]);
    await expect(queue.run(async () => 'again')).resolves.toBe('again');
  });

  it('gives the place of work that failed to the next', async () => {
    const queue = new WorkQueue(1, 1);
    const failing = queue.run(() => Promise.reject(new Error('no')));
    const next = queue.run(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });
});
