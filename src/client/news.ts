import type { Change } from '../validity/index.js';
import { parseCursor, type Cursor } from './cursor.js';
import type { ServerSentEvent } from './sse-parser.js';

/** What an event of the stream says (decision 14). */
export type News =
  | {
      readonly type: 'opened';
      readonly cursor: Cursor;
      readonly resumed: boolean;
      readonly clock: number;
      readonly lease: number;
    }
  | { readonly type: 'drop'; readonly cursor: Cursor; readonly changes: readonly Change[] }
  | { readonly type: 'heartbeat'; readonly clock: number };

const KINDS: ReadonlySet<string> = new Set<Change['kind']>([
  'token',
  'session',
  'account',
  'client',
  'rbac',
  'keys',
  'all',
]);

/**
 * Reads one event; undefined for a kind that isn't known, which later services may send.
 *
 * @throws TypeError for one of ours that can't be understood: what it says must not be missed
 */
export function readNews({ event, data, id }: ServerSentEvent): News | undefined {
  if (event !== 'opened' && event !== 'drop' && event !== 'heartbeat') return undefined;
  const said = JSON.parse(data) as Record<string, unknown>;
  if (event === 'heartbeat') return { type: event, clock: numberOf(said['clock']) };
  const cursor = parseCursor(id) ?? unintelligible();
  if (event === 'drop') return { type: event, cursor, changes: changesOf(said['drops']) };
  const { resumed, clock, lease } = said;
  return { type: event, cursor, resumed: resumed === true, clock: numberOf(clock), lease: numberOf(lease) };
}

function changesOf(drops: unknown): Change[] {
  if (!Array.isArray(drops)) return unintelligible();
  return (drops as unknown[]).map((drop) => {
    const [kind, subject] = Array.isArray(drop) ? (drop as unknown[]) : [];
    // A kind that isn't known yet may be about anything.
    if (typeof kind !== 'string' || !KINDS.has(kind)) return { kind: 'all', subject: '' };
    return { kind: kind as Change['kind'], subject: typeof subject === 'string' ? subject : '' };
  });
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : unintelligible();
}

function unintelligible(): never {
  throw new TypeError('the stream of events says something that can’t be understood');
}
