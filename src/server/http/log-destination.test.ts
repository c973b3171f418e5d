import { spawnSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { poolSize } from '../../config/thread-pool.js';
import { LONGEST_BACKLOG, logDestination } from './log-destination.js';

it('a log that nobody reads takes no more memory than is said, and tells later how much of it was lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  // For both, so that it opens without a reader; what it can't take is refused and not waited for, as of a real pipe.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const logger = pino({ base: undefined }, logDestination(fd));
  const line = 'x'.repeat(1_000);
  const written = Math.ceil((3 * LONGEST_BACKLOG) / line.length);
  for (let count = 0; count < written; count++) logger.info(line);
  const reader = createReadStream(path);
  let lines = 0;
  let bytes = 0;
  let last: { level: number; msg: string } | undefined;
  for await (const text of createInterface({ input: reader })) {
    lines++;
    bytes += text.length;
    last = JSON.parse(text) as { level: number; msg: string };
    if (last.level === 40) break;
  }
  reader.destroy();
  closeSync(fd);
  rmSync(folder, { recursive: true });
  expect(bytes).toBeLessThan(1.1 * LONGEST_BACKLOG);
  expect(last?.msg).toMatch(/^\d+ lines of the log were lost/);
  expect(lines - 1 + Number.parseInt(last!.msg)).toBe(written);
});

// A write that was left to the thread pool waited there behind the hashing of passwords, and the process ended before it.
it('what was written in the same moment is kept when the process ends, however busy the thread pool is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
  const path = join(folder, 'log');
  const fd = openSync(path, 'w');
  const destination = logDestination(fd);
  const logger = pino({ base: undefined }, destination);
  const hashed = Array.from({ length: 2 * poolSize() }, () => promisify(pbkdf2)('x', 'y', 200_000, 64, 'sha512'));
  // Fewer than are handed over at once: a write under way ends when it likes.
  for (let count = 0; count < 50; count++) logger.info({ count }, 'x'.repeat(count));
  // As pino does when the process ends.
  destination.flushSync();
  const counts = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { count: number }).count);
  await Promise.all(hashed);
  closeSync(fd);
  rmSync(folder, { recursive: true });
  expect(counts).toEqual(Array.from({ length: 50 }, (_, count) => count));
});
