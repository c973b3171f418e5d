import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { linkHash, NO_LINK } from './audit-link.js';
import { type AuditEventRow, EVENT_COLUMNS, storedEvent } from './stored-audit-event.js';

/** So many rows are held at once. */
const BATCH = 1_000;

/** So many faults are told one by one; the others are only counted. */
const MOST_TOLD = 100;

/**
 * What is wrong: an event isn't what was sealed (`changed`), isn't there any more (`deleted`), was put beside the chain
 * (`not-sealed`), links are missing (`gap`), the chain doesn't begin where it should (`cut`), or never had the hash that
 * was expected of it (`not-expected`).
 */
export interface AuditFault {
  readonly kind: 'changed' | 'deleted' | 'not-sealed' | 'gap' | 'cut' | 'not-expected';
  /** The place in the chain, where there is one. */
  readonly sequence: number | null;
  readonly eventId: string | null;
}

/** A place in the chain, and the hash that stands for all up to there. In hexadecimal digits. */
export interface ChainPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** What a verification found. */
export interface AuditVerdict {
  readonly intact: boolean;
  /** Events that are in the chain, and those that will be with the next round of the sealer. */
  readonly sealed: number;
  readonly waiting: number;
  /** What to keep elsewhere, and to expect the next time. Null when nothing is sealed. */
  readonly head: ChainPlace | null;
  /** Where older events were cut off; null when the chain is there from its beginning. */
  readonly cut: ChainPlace | null;
  /** In the order of the chain, the first ones. */
  readonly faults: readonly AuditFault[];
  readonly faultCount: number;
}

/** What is known from elsewhere. */
export interface AuditExpectation {
  /** A hash that was the head once. Without one, an end that was cut off can't be seen, nor a chain that was made anew. */
  readonly expect?: string | undefined;
  /** The hash that was told when older events were cut off; needed once they were. */
  readonly cutAt?: string | undefined;
  /** Hears from time to time how many links have been checked. */
  readonly onProgress?: (links: number) => void;
}

/** A link with its event, whose columns are null where there is none. */
type LinkRow = { readonly sequence: number; readonly eventId: string; readonly hash: Buffer } & (
  AuditEventRow | { readonly id: null }
);

/** Verifies the chain of audit events: reads all of it, and holds little of it at once. */
@Injectable()
export class AuditVerification {
  constructor(private readonly database: DataSource) {}

  /** Nothing is changed, and the service may go on writing meanwhile. */
  async verify({ expect, cutAt, onProgress }: AuditExpectation = {}): Promise<AuditVerdict> {
    const walk = new ChainWalk(expect?.toLowerCase(), cutAt?.toLowerCase());
    for await (const batch of this.links()) {
      for (const link of batch) walk.step(link);
      onProgress?.(walk.steps);
    }
    walk.end();
    const waiting = await this.outsideOfChain(walk);
    const { faults, faultCount, head, cut, sealed } = walk;
    return { intact: faultCount === 0, sealed, waiting, head, cut, faults, faultCount };
  }

  private async *links(): AsyncGenerator<LinkRow[]> {
    for (let batch: LinkRow[] = [], after = 0; ; after = batch.at(-1)!.sequence) {
      batch = await this.database.query<LinkRow[]>(
        `SELECT link.sequence, link.event_id::text AS "eventId", link.hash, ${EVENT_COLUMNS}
           FROM (SELECT * FROM gatehouse.audit_chain WHERE sequence > $1 ORDER BY sequence LIMIT ${BATCH}) AS link
           LEFT JOIN gatehouse.audit_events ON audit_events.id = link.event_id ORDER BY link.sequence`,
        [after],
      );
      if (batch.length === 0) return;
      yield batch;
    }
  }

  /** Looks for events that neither are in the chain nor wait for it, and for those that wait and are gone. */
  private async outsideOfChain(walk: ChainWalk): Promise<number> {
    let waiting = 0;
    for (let after: string | null = '0'; after !== null;) {
      const [batch]: [{ last: string | null; waiting: number; unsealed: string[] | null }] = await this.database.query(
        `SELECT max(id)::text AS last, count(*) FILTER (WHERE waits)::int AS waiting,
                array_agg(id::text ORDER BY id) FILTER (WHERE NOT waits AND NOT linked) AS unsealed
           FROM (SELECT id, EXISTS (SELECT FROM gatehouse.audit_unsealed WHERE event_id = id) AS waits,
                        EXISTS (SELECT FROM gatehouse.audit_chain WHERE event_id = id) AS linked
                   FROM gatehouse.audit_events WHERE id > $1 ORDER BY id LIMIT ${BATCH}) AS events`,
        [after],
      );
      waiting += batch.waiting;
      for (const eventId of batch.unsealed ?? []) walk.fault('not-sealed', null, eventId);
      after = batch.last;
    }
    const gone = await this.database.query<{ eventId: string }[]>(
      `SELECT event_id::text AS "eventId" FROM gatehouse.audit_unsealed
        WHERE NOT EXISTS (SELECT FROM gatehouse.audit_events WHERE id = event_id) ORDER BY event_id`,
    );
    for (const { eventId } of gone) walk.fault('deleted', null, eventId);
    return waiting;
  }
}

/** A walk along the chain, from its beginning, and what was seen on it. */
class ChainWalk {
  readonly faults: AuditFault[] = [];
  faultCount = 0;
  steps = 0;
  sealed = 0;
  cut: ChainPlace | null = null;
  private last: { readonly sequence: number; readonly hash: Buffer } = { sequence: 0, hash: NO_LINK };
  private expectedWasSeen = false;

  constructor(
    private readonly expected: string | undefined,
    private readonly cutAt: string | undefined,
  ) {}

  get head(): ChainPlace | null {
    return this.steps === 0 ? null : { sequence: this.last.sequence, hash: this.last.hash.toString('hex') };
  }

  step(link: LinkRow): void {
    const hash = link.hash.toString('hex');
    if (hash === this.expected) this.expectedWasSeen = true;
    if (this.steps === 0 && link.id === null && (link.sequence > 1 || hash === this.cutAt)) {
      // The link that is left of what was cut off: only somebody who wrote it down can say whether it is the right one.
      this.cut = { sequence: link.sequence, hash };
      if (hash !== this.cutAt) this.fault('cut', link.sequence, link.eventId);
    } else {
      this.check(link);
    }
    this.steps++;
    this.last = link;
  }

  end(): void {
    if (this.cutAt !== undefined && this.cut === null) this.fault('cut', null, null);
    if (this.expected !== undefined && !this.expectedWasSeen) this.fault('not-expected', null, null);
  }

  fault(kind: AuditFault['kind'], sequence: number | null, eventId: string | null): void {
    this.faultCount++;
    if (this.faults.length < MOST_TOLD) this.faults.push({ kind, sequence, eventId });
  }

  private check(link: LinkRow): void {
    if (link.id === null) {
      this.fault('deleted', link.sequence, link.eventId);
      return;
    }
    this.sealed++;
    if (link.sequence !== this.last.sequence + 1) this.fault('gap', this.last.sequence + 1, null);
    else if (!linkHash(this.last.hash, storedEvent(link)).equals(link.hash)) {
      this.fault('changed', link.sequence, link.eventId);
    }
  }
}
