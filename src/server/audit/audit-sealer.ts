import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChangeFeed } from '../changes/change-feed.js';
import { PURPOSE, type Purpose } from '../settings.token.js';
import { linkHash, NO_LINK } from './audit-link.js';
import { type AuditEventRow, EVENT_COLUMNS, storedEvent } from './stored-audit-event.js';

/** Between two rounds, in milliseconds. */
const INTERVAL = 1_000;

/** So many events are sealed in one transaction. */
const BATCH = 1_000;

interface Link {
  readonly sequence: number;
  readonly hash: Buffer;
}

/** An event that waits. One that is in the chain already came back with a restore, and needs only to wait no more. */
interface Waiting extends AuditEventRow {
  readonly isLinked: boolean;
}

/**
 * Links the committed audit events into the chain, every second, by one instance at a time, so that those who write them
 * never wait for each other. What is left over by a process that was killed, the next round of any instance seals.
 */
@Injectable()
export class AuditSealer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(AuditSealer.name);
  private timer: NodeJS.Timeout | undefined;
  private sealing: Promise<unknown> = Promise.resolve();
  private stopped = false;
  private failing = false;

  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  onApplicationBootstrap(): void {
    if (this.purpose === 'service') this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sealing;
  }

  /** Seals all that waits; answers how many. Where another instance is at it, it leaves the rest to that one. */
  async seal(): Promise<number> {
    let total = 0;
    for (let sealed = BATCH; sealed === BATCH && !this.stopped && (await this.hasWaiting()); total += sealed) {
      sealed = await this.database.transaction((manager) => sealBatch(manager));
    }
    return total;
  }

  private async hasWaiting(): Promise<boolean> {
    const [{ found }] = await this.database.query<[{ found: boolean }]>(
      'SELECT EXISTS (SELECT FROM gatehouse.audit_unsealed) AS found',
    );
    return found;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.sealing = this.round().finally(() => this.schedule());
    }, INTERVAL).unref();
  }

  private async round(): Promise<void> {
    // A database that doesn't answer would be waited for, also by whoever ends the process.
    if (!this.feed.isFresh) return;
    try {
      await this.seal();
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn(`Audit events were not sealed, and wait: ${String(error)}`);
      this.failing = true;
    }
  }
}

async function sealBatch(manager: EntityManager): Promise<number> {
  const [{ mine }] = await manager.query<[{ mine: boolean }]>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('gatehouse.audit', 0)) AS mine`,
  );
  if (!mine) return 0;
  const [last] = await manager.query<Link[]>(
    'SELECT sequence, hash FROM gatehouse.audit_chain ORDER BY sequence DESC LIMIT 1',
  );
  const waiting = await manager.query<Waiting[]>(
    `SELECT ${EVENT_COLUMNS}, EXISTS (SELECT FROM gatehouse.audit_chain WHERE event_id = audit_events.id) AS "isLinked"
       FROM gatehouse.audit_unsealed JOIN gatehouse.audit_events ON audit_events.id = event_id
      ORDER BY event_id LIMIT ${BATCH}`,
  );
  const events = waiting.filter(({ isLinked }) => !isLinked);
  const hashes = linked(events, last?.hash ?? NO_LINK);
  await manager.query(
    `INSERT INTO gatehouse.audit_chain (sequence, event_id, hash)
     SELECT $1 + place, event_id, hash FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS link (event_id, hash, place)`,
    [last?.sequence ?? 0, events.map(({ id }) => id), hashes],
  );
  await manager.query('DELETE FROM gatehouse.audit_unsealed WHERE event_id = ANY ($1::bigint[])', [
    waiting.map(({ id }) => id),
  ]);
  return waiting.length;
}

function linked(events: readonly AuditEventRow[], before: Buffer): Buffer[] {
  let previous = before;
  return events.map((event) => (previous = linkHash(previous, storedEvent(event))));
}
