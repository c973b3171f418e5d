import { pino } from 'pino';

/** Bytes of lines that wait for whoever reads them. */
export const LONGEST_BACKLOG = 4 * 1024 * 1024;

/**
 * Writes the log to a file descriptor without waiting for whoever reads it. A reader that is slow, or has stopped, costs
 * so much memory and no more: lines beyond that are lost, and a line says how many, once there is room again.
 */
export function logDestination(fd: number): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ dest: fd, sync: false, maxLength: LONGEST_BACKLOG });
  let lost = 0;
  destination.on('drop', () => lost++);
  destination.on('drain', () => {
    if (lost === 0) return;
    const msg = `${lost} lines of the log were lost, since they were not read as fast as they were written.`;
    lost = 0;
    destination.write(`${JSON.stringify({ level: 40, time: new Date().toISOString(), msg })}\n`);
  });
  return destination;
}
