import type { News } from '../changes/change-log.js';
import type { Cursor } from '../changes/cursor.js';
import { dropFrame } from './event-frames.js';

interface Entry {
  readonly position: number;
  readonly frame: Buffer;
}

/**
 * The latest drops, from memory, for those who were away for a moment. Bounded by bytes: who was away for longer than
 * it reaches has a gap, and drops everything.
 */
export class RecentDrops {
  private entries: Entry[] = [];
  private bytes = 0;
  /** It holds everything after this, up to `end`. */
  private begin: Cursor;
  private end: Cursor;
  /** Many come back at once from the same place, and share what they are told. */
  private shared: { readonly after: number; readonly frames: Buffer } | undefined;

  /**
   * @param cursor   where it begins: nothing from before can be told again
   * @param capacity bytes
   */
  constructor(
    cursor: Cursor,
    private readonly capacity: number,
  ) {
    this.begin = this.end = cursor;
  }

  /** The position up to which everything has been told. */
  get cursor(): Cursor {
    return this.end;
  }

  /** Remembers it; answers the event that tells it, which every stream shares. */
  add({ changes, cursor }: News): Buffer {
    const frame = dropFrame(changes, cursor);
    this.shared = undefined;
    // Positions of another incarnation, or from before where this one was, don't follow on those that are held.
    if (cursor.incarnation !== this.end.incarnation || cursor.position < this.end.position) this.forget(cursor);
    else this.hold({ position: cursor.position, frame });
    this.end = cursor;
    return frame;
  }

  /** The events that somebody at the cursor has missed, perhaps none; undefined for a gap. */
  after({ incarnation, position }: Cursor): Buffer | undefined {
    const { begin, end } = this;
    if (incarnation !== end.incarnation || position < begin.position || position > end.position) return undefined;
    if (this.shared?.after !== position) {
      const missed = this.entries.filter((entry) => entry.position > position).map(({ frame }) => frame);
      this.shared = { after: position, frames: Buffer.concat(missed) };
    }
    return this.shared.frames;
  }

  private hold(entry: Entry): void {
    this.entries.push(entry);
    this.bytes += entry.frame.length;
    let gone = 0;
    while (this.bytes > this.capacity) {
      const { position, frame } = this.entries[gone++]!;
      this.bytes -= frame.length;
      this.begin = { ...this.begin, position };
    }
    if (gone > 0) this.entries = this.entries.slice(gone);
  }

  private forget(cursor: Cursor): void {
    this.entries = [];
    this.bytes = 0;
    this.begin = cursor;
  }
}
