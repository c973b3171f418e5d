import type { Change } from '../validity/index.js';
import { type Cursor } from './cursor.js';
import type { ServerSentEvent } from './sse-parser.js';
/** What an event of the stream says (decision 14). */
export type News = {
    readonly type: 'opened';
    readonly cursor: Cursor;
    readonly resumed: boolean;
    readonly clock: number;
    readonly lease: number;
} | {
    readonly type: 'drop';
    readonly cursor: Cursor;
    readonly changes: readonly Change[];
} | {
    readonly type: 'heartbeat';
    readonly clock: number;
};
/**
 * Reads one event; undefined for a kind that isn't known, which later services may send.
 *
 * @throws TypeError for one of ours that can't be understood: what it says must not be missed
 */
export declare function readNews({ event, data, id }: ServerSentEvent): News | undefined;
