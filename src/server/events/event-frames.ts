import type { Change } from '../../validity/index.js';
import { formatCursor, type Cursor } from '../changes/cursor.js';

/** Milliseconds from one heartbeat to the next. */
export const HEARTBEAT = 200;

/** Milliseconds for which a connected application may trust what it knows, from the moment that a heartbeat vouches for. */
const CLIENT_LEASE = 800;

/** The first event of a stream. Clocks are readings of this instance's monotonic clock, in milliseconds. */
export function openedFrame(cursor: Cursor, resumed: boolean, clock: number): Buffer {
  const data = { resumed, clock: rounded(clock), heartbeat: HEARTBEAT, lease: CLIENT_LEASE };
  return frame('opened', data, formatCursor(cursor));
}

/** What died or changed, and where the reader is when it knows. */
export function dropFrame(changes: readonly Change[], cursor: Cursor): Buffer {
  return frame('drop', { drops: changes.map(({ kind, subject }) => [kind, subject]) }, formatCursor(cursor));
}

/** @param knownUpTo everything that was committed before this moment has been told */
export function heartbeatFrame(knownUpTo: number): Buffer {
  // Downwards: never later than the look began.
  return frame('heartbeat', { clock: Math.floor(knownUpTo * 100) / 100 });
}

/** Upwards: the request was never accepted later than this says, which only makes leases older. */
function rounded(clock: number): number {
  return Math.ceil(clock * 100) / 100;
}

/** JSON has no line breaks of its own, so one `data` line holds it. */
function frame(event: string, data: object, id?: string): Buffer {
  const lines = [`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${JSON.stringify(data)}`];
  return Buffer.from(`${lines.join('\n')}\n\n`);
}
