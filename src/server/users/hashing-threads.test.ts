import { readFileSync, readdirSync } from 'node:fs';
import bcrypt from 'bcrypt';
import { expect, it } from 'vitest';
import { HashingThreads } from './hashing-threads.js';

/** The niceness of every thread of this process; the first is the event loop's. */
const niceness = () =>
  readdirSync('/proc/self/task').map((thread) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]!.split(' ')[16]),
  );

it.runIf(process.platform === 'linux')('lets the event loop go before the threads that hash', async () => {
  const threads = new HashingThreads(4);
  const own = niceness()[0];
  await threads.watch(() => bcrypt.hash('secret', 11));
  expect(niceness()[0]).toBe(own);
  expect(niceness()).toContain(19);
});

it('answers what the work answers, and fails as it fails', async () => {
  const threads = new HashingThreads(4);
  expect(await threads.watch(async () => 'done')).toBe('done');
  await expect(threads.watch(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
