import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** For which a thread that only sleeps is kept from going on before the machine counts as having stood still. Milliseconds. */
const STANDSTILL = 15;

/** A thread that sleeps a millisecond at a time, and counts how often it was woken much too late. */
const SLEEPER = `
  const { workerData: counter } = require('node:worker_threads');
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let last = performance.now(); ; ) {
    Atomics.wait(never, 0, 0, 1);
    const now = performance.now();
    if (now - last > ${STANDSTILL}) Atomics.add(counter, 0, 1);
    last = now;
  }`;

/**
 * Takes measurements, each while the machine ran: a host that takes the processors away for a moment (another guest, a
 * quota) would be measured instead of the service. What the service itself does to the processors stays in, since a
 * thread that slept is let go on before those that work.
 *
 * @throws Error when the machine stood still in more than half of them: nothing can be measured there.
 */
export async function undisturbed<Measured>(count: number, measure: () => Promise<Measured>): Promise<Measured[]> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const sleeper = new Worker(SLEEPER, { eval: true, workerData: counter });
  const measured: Measured[] = [];
  let disturbed = 0;
  try {
    while (measured.length < count) {
      const before = Atomics.load(counter, 0);
      const one = await measure();
      // The sleeper may be the last to go on.
      await sleep(3);
      if (Atomics.load(counter, 0) === before) measured.push(one);
      else if (++disturbed > count / 2)
        throw new Error(`The machine stood still ${disturbed} times; ${count} were wanted.`);
    }
  } finally {
    await sleeper.terminate();
  }
  if (disturbed > 0) process.stdout.write(`taken again, since the machine stood still: ${disturbed} of ${count}\n`);
  return measured;
}
