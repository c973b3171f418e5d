import { pino } from 'pino';

type Destination = ReturnType<typeof pino.destination>;

/** Bytes of lines that wait for whoever reads them. */
export const LONGEST_BACKLOG = 4 * 1024 * 1024;

/** Characters of lines that are handed over at once, however little time has passed. */
const LONGEST_BATCH = 16 * 1024;

/**
 * Writes the log to a file descriptor without waiting for whoever reads it. A reader that is slow, or has stopped, costs
 * so much memory and no more: lines beyond that are lost, and a line says how many, once there is room again.
 */
export function logDestination(fd: number): Destination {
  const destination = pino.destination({ dest: fd, sync: false, maxLength: LONGEST_BACKLOG });
  let lost = 0;
  destination.on('drop', (lines: string) => (lost += lines.split('\n').length - 1));
  destination.on('drain', () => {
    if (lost === 0) return;
    const msg = `${lost} lines of the log were lost, since they were not read as fast as they were written.`;
    lost = 0;
    destination.write(`${JSON.stringify({ level: 40, time: new Date().toISOString(), msg })}\n`);
  });
  return inBatches(destination);
}

/**
 * Hands over together what is written in one turn of the event loop: the destination measures all that waits anew at each
 * write, which took as long as all else that is done for a line.
 */
function inBatches(destination: Destination): Destination {
  const write = destination.write.bind(destination);
  const flushSync = destination.flushSync.bind(destination);
  // Of sonic-boom’s own; its types name only the option.
  const held = destination as unknown as { minLength: number };
  let lines = '';
  const handOver = (): void => {
    const batch = lines;
    lines = '';
    if (batch !== '') write(batch);
  };
  destination.write = (line) => {
    if (lines === '') setImmediate(handOver);
    lines += line;
    if (lines.length >= LONGEST_BATCH) handOver();
    return true;
  };
  // Called for a fatal line, and when the process ends.
  destination.flushSync = () => {
    // Nothing is begun in the thread pool now: behind the hashing of passwords it would not be done when the process ends.
    held.minLength = Infinity;
    handOver();
    flushSync();
    held.minLength = 0;
  };
  return destination;
}
