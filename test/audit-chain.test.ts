import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditExport } from '../src/server/audit/audit-export.js';
import { AuditSealer } from '../src/server/audit/audit-sealer.js';
import { type AuditExpectation, AuditVerification } from '../src/server/audit/audit-verification.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
let sealer: AuditSealer;
const sql = (text: string, values?: unknown[]) => service.database.query(text, values);
const verify = (expectation?: AuditExpectation) =>
  service.app.get(AuditVerification, { strict: false }).verify(expectation);
const add = (count: number, more = '') =>
  sql(`INSERT INTO gatehouse.audit_events (kind, target_id, after${more && ', at'})
       SELECT 'test.made', n::text, jsonb_build_object('b', n, 'a', jsonb_build_array('x', null, 1.5)) ${more}
         FROM generate_series(1, ${count}) AS n`);
const idAt = async (sequence: number): Promise<string> =>
  (await sql('SELECT event_id::text AS id FROM gatehouse.audit_chain WHERE sequence = $1', [sequence]))[0].id;

beforeEach(async () => {
  service = await createTestEnvironment();
  sealer = service.app.get(AuditSealer, { strict: false });
  // The rounds of the service itself would come in between.
  await sealer.beforeApplicationShutdown();
  sealer = new AuditSealer(service.database, { isFresh: true } as never, 'service');
  await sealer.seal();
});
afterEach(() => service.close());

/** Twenty events more, sealed. */
async function sealed(): Promise<number> {
  await add(20);
  await sealer.seal();
  return (await verify()).head!.sequence;
}

describe('the chain', () => {
  it('links each committed event once, and is intact', async () => {
    const head = await sealed();
    const verdict = await verify();
    expect(verdict).toMatchObject({ intact: true, sealed: head, waiting: 0, cut: null, faults: [], faultCount: 0 });
    expect(await sql('SELECT count(*)::int FROM gatehouse.audit_unsealed')).toEqual([{ count: 0 }]);
    expect(await sealer.seal()).toBe(0);
    expect((await verify()).head).toEqual(verdict.head);
  });

  it('says how many events wait', async () => {
    await add(3);
    expect(await verify()).toMatchObject({ intact: true, waiting: 3 });
  });

  it('takes thousands in batches, and in constant memory', async () => {
    await add(2_500);
    expect(await sealer.seal()).toBe(2_500);
    const progress: number[] = [];
    expect(await verify({ onProgress: (links) => progress.push(links) })).toMatchObject({ intact: true });
    expect(progress.length).toBeGreaterThan(2);
  });

  it('takes an event that commits late, after others with higher ids are sealed', async () => {
    const late = new pg.Client({ connectionString: service.settings.databaseUrl });
    await late.connect();
    await late.query('BEGIN');
    await late.query(`INSERT INTO gatehouse.audit_events (kind) VALUES ('test.late')`);
    const before = await sealed();
    await late.query('COMMIT');
    await late.end();
    expect(await verify()).toMatchObject({ intact: true, waiting: 1, sealed: before });
    expect(await sealer.seal()).toBe(1);
    expect(await verify()).toMatchObject({ intact: true, waiting: 0, sealed: before + 1 });
  });

  it('never lets a writer wait for the sealer', async () => {
    const other = new pg.Client({ connectionString: service.settings.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.audit', 0))`);
    await other.query('LOCK TABLE gatehouse.audit_chain IN EXCLUSIVE MODE');
    await service.login('frank');
    // One instance at a time: another is at it.
    expect(await sealer.seal()).toBe(0);
    await other.query('COMMIT');
    await other.end();
    expect(await sealer.seal()).toBe(1);
  });

  it('sealed by two at once, while others write, is one chain', async () => {
    const second = new AuditSealer(service.database, { isFresh: true } as never, 'service');
    for (let round = 0; round < 10; round++) {
      await Promise.all([add(300), sealer.seal(), second.seal(), add(300), second.seal(), sealer.seal()]);
    }
    while ((await sealer.seal()) > 0) await turn();
    expect(await verify()).toMatchObject({ intact: true, waiting: 0 });
  });

  it('is as it was when the sealer’s connection dies in the midst of a batch, and goes on', async () => {
    await sealed();
    const { head } = await verify();
    await add(500);
    // Holds the sealer up after it has linked them, and before it commits.
    const other = new pg.Client({ connectionString: service.settings.databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM gatehouse.audit_unsealed ORDER BY event_id LIMIT 1 FOR UPDATE');
    const sealing = sealer.seal().catch((error: Error) => error.message);
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    for (let rows: unknown[] = []; rows.length === 0;) rows = (await other.query(waiting)).rows;
    await other.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
    expect(await sealing).toMatch(/terminat/);
    await other.query('ROLLBACK');
    await other.end();
    expect(await verify()).toMatchObject({ intact: true, head, waiting: 500 });
    expect(await sealer.seal()).toBe(500);
    expect(await verify({ expect: head!.hash })).toMatchObject({ intact: true, waiting: 0 });
  });

  it('takes 200 logins at once', async () => {
    const before = (await verify()).sealed;
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const form = { username: 'frank', password: service.passwords.get('frank')! };
        for (let status = 503; status === 503;) ({ status } = await service.ask('/token', { form }));
      }),
    );
    await sealer.seal();
    expect(await verify()).toMatchObject({ intact: true, waiting: 0, sealed: before + 200 });
  });

  it('is sealed by the service itself, without being asked', async () => {
    const own = new AuditSealer(service.database, { isFresh: true } as never, 'service');
    await add(5);
    own.onApplicationBootstrap();
    while ((await verify()).waiting > 0) await turn();
    await own.beforeApplicationShutdown();
    await add(1);
    expect((await verify()).waiting).toBe(1);
  });
});

describe('verification finds', () => {
  it('an event of which anything was changed', async () => {
    const head = await sealed();
    const changes = [
      `kind = 'test.other'`,
      `at = at + interval '1 microsecond'`,
      `actor_id = gen_random_uuid()`,
      `actor_username = 'somebody'`,
      `target_type = 'user'`,
      `target_id = 'x'`,
      `target_name = 'somebody'`,
      `address = '10.0.0.1'`,
      `agent = 'x'`,
      `request_id = 'x'`,
      `before = '{}'`,
      `after = jsonb_set(after, '{a,2}', '1.25')`,
    ];
    const faults: unknown[] = [];
    for (const [place, change] of changes.entries()) {
      const sequence = head - changes.length + place;
      const eventId = await idAt(sequence);
      await sql(`UPDATE gatehouse.audit_events SET ${change} WHERE id = $1`, [eventId]);
      faults.push({ kind: 'changed', sequence, eventId });
      const verdict = await verify();
      expect([verdict.intact, verdict.faultCount, verdict.faults], change).toEqual([false, faults.length, faults]);
    }
  });

  it('every column of the table is in the hash', async () => {
    await sealed();
    const columns: { name: string }[] = await sql(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'gatehouse' AND table_name = 'audit_events'`,
    );
    expect(columns.map(({ name }) => name).toSorted()).toEqual(
      ['id', 'at', 'kind', 'actor_id', 'actor_username', 'target_type', 'target_id', 'target_name']
        .concat(['address', 'agent', 'request_id', 'before', 'after'])
        .toSorted(),
    );
  });

  it('an event that was deleted', async () => {
    const head = await sealed();
    for (const sequence of [1, head]) {
      const eventId = await idAt(sequence);
      await sql('DELETE FROM gatehouse.audit_events WHERE id = $1', [eventId]);
      expect((await verify()).faults).toContainEqual({ kind: 'deleted', sequence, eventId });
    }
  });

  it('an event that was deleted before it was sealed', async () => {
    await add(2);
    const [{ id: eventId }] = await sql('SELECT min(event_id)::text AS id FROM gatehouse.audit_unsealed');
    await sql('DELETE FROM gatehouse.audit_events WHERE id = $1', [eventId]);
    expect(await sealer.seal()).toBe(1);
    expect(await verify()).toMatchObject({ intact: false, faults: [{ kind: 'deleted', sequence: null, eventId }] });
  });

  it('an event that was put in beside the chain', async () => {
    await sealed();
    await sql('ALTER TABLE gatehouse.audit_events DISABLE TRIGGER audit_events_unsealed');
    const [{ id: eventId }] = await sql(
      `INSERT INTO gatehouse.audit_events (kind) VALUES ('test.forged') RETURNING id::text`,
    );
    await sealer.seal();
    expect(await verify()).toMatchObject({ intact: false, faults: [{ kind: 'not-sealed', sequence: null, eventId }] });
  });

  it('a link that was taken out, with its event', async () => {
    const head = await sealed();
    const eventId = await idAt(head - 5);
    await sql('DELETE FROM gatehouse.audit_events WHERE id = $1', [eventId]);
    await sql('DELETE FROM gatehouse.audit_chain WHERE event_id = $1', [eventId]);
    expect(await verify()).toMatchObject({ faults: [{ kind: 'gap', sequence: head - 5 }], faultCount: 1 });
    await sql('UPDATE gatehouse.audit_chain SET sequence = sequence - 1 WHERE sequence > $1', [head - 5]);
    expect(await verify()).toMatchObject({ faults: [{ kind: 'changed', sequence: head - 5 }], faultCount: 1 });
  });

  it('links whose order was changed', async () => {
    const head = await sealed();
    const [one, other] = [await idAt(head - 5), await idAt(head - 6)];
    await sql('UPDATE gatehouse.audit_chain SET event_id = -event_id WHERE event_id IN ($1, $2)', [one, other]);
    await sql(
      `UPDATE gatehouse.audit_chain SET event_id = CASE event_id WHEN -$1::bigint THEN $2::bigint ELSE $1::bigint END
        WHERE event_id < 0`,
      [one, other],
    );
    expect(await verify()).toMatchObject({ faults: [{ kind: 'changed' }, { kind: 'changed' }], faultCount: 2 });
  });

  it('an end that was cut off, and a chain that was made anew, if it is told what to expect', async () => {
    const head = await sealed();
    const { head: anchor } = await verify();
    await add(1);
    await sealer.seal();
    expect(await verify({ expect: anchor!.hash })).toMatchObject({ intact: true });
    await sql('DELETE FROM gatehouse.audit_events USING gatehouse.audit_chain WHERE id = event_id AND sequence >= $1', [
      head,
    ]);
    await sql('DELETE FROM gatehouse.audit_chain WHERE sequence >= $1', [head]);
    expect(await verify()).toMatchObject({ intact: true });
    expect(await verify({ expect: anchor!.hash })).toMatchObject({ intact: false, faults: [{ kind: 'not-expected' }] });
    await sql(`UPDATE gatehouse.audit_events SET agent = 'forged' WHERE id = $1`, [await idAt(1)]);
    await sql('TRUNCATE gatehouse.audit_chain');
    await sql('INSERT INTO gatehouse.audit_unsealed SELECT id FROM gatehouse.audit_events');
    await sealer.seal();
    expect(await verify()).toMatchObject({ intact: true });
    expect(await verify({ expect: anchor!.hash })).toMatchObject({ intact: false, faults: [{ kind: 'not-expected' }] });
  });
});

describe('old events', () => {
  it('are cut off by the owner, and the chain goes on from there, for whoever has the hash', async () => {
    await add(30, `, now() - interval '2 years'`);
    await sealer.seal();
    // Ids and times aren't in one order: the first that is young stays, and all that follow it.
    await sql(`UPDATE gatehouse.audit_events SET at = now() - interval '3 years' WHERE kind <> 'test.made'`);
    await sql('TRUNCATE gatehouse.audit_chain');
    await sql('INSERT INTO gatehouse.audit_unsealed SELECT id FROM gatehouse.audit_events');
    await sealer.seal();
    const { head: before, sealed: old } = await verify();
    await sealed();
    const [cut] = await sql(`SELECT * FROM gatehouse.cut_audit_events(now() - interval '1 year')`);
    expect(cut).toEqual({ sequence: before!.sequence, hash: before!.hash, events: old });
    const { hash, sequence } = before!;
    expect(await verify()).toMatchObject({ intact: false, faults: [{ kind: 'cut', sequence }], faultCount: 1 });
    expect(await verify({ cutAt: hash, expect: hash })).toMatchObject({
      intact: true,
      sealed: 20,
      cut: { sequence, hash },
    });
    await add(1);
    await sealer.seal();
    expect(await verify({ cutAt: hash })).toMatchObject({ intact: true, sealed: 21 });
    expect(await verify({ cutAt: '00' })).toMatchObject({ intact: false, faults: [{ kind: 'cut', sequence }] });
    const [nothing] = await sql(`SELECT * FROM gatehouse.cut_audit_events(now() - interval '1 year')`);
    expect(nothing).toEqual({ sequence, hash, events: 0 });
    // All of them.
    const [all] = await sql(`SELECT * FROM gatehouse.cut_audit_events(now())`);
    expect(all.events).toBe(21);
    expect(await verify({ cutAt: all.hash })).toMatchObject({ intact: true, sealed: 0 });
    expect(await verify({ cutAt: all.hash, expect: hash })).toMatchObject({ intact: false });
  });
});

describe('the export', () => {
  const lines = async (period = {}): Promise<string[]> => {
    const all: string[] = [];
    for await (const line of service.app.get(AuditExport, { strict: false }).lines(period)) all.push(line);
    return all;
  };

  it('has every event, and can be verified with nothing but SHA-256', async () => {
    await add(1_500);
    await sealer.seal();
    await add(1);
    const exported = await lines();
    const { head, sealed: count } = await verify();
    expect(exported.length).toBe(count + 1);
    expect(JSON.parse(exported.at(-1)!)).toMatchObject({ kind: 'test.made', seal: null });
    const links = exported
      .slice(0, -1)
      .map((text) => ({ text, seal: JSON.parse(text).seal }))
      .toSorted((left, right) => left.seal.sequence - right.seal.sequence);
    let hash: Buffer = Buffer.alloc(32);
    for (const { text, seal } of links) {
      const event = `${text.slice(0, text.lastIndexOf(',"seal":'))}}`;
      hash = createHash('sha256').update(hash).update(event).digest();
      expect(hash.toString('hex')).toBe(seal.hash);
    }
    expect(hash.toString('hex')).toBe(head!.hash);
  });

  it('of a period has the events from its beginning on and before its end', async () => {
    await add(1, `, '2020-01-01T00:00:00Z'::timestamptz`);
    await add(1, `, '2020-01-02T00:00:00Z'::timestamptz`);
    const found = await lines({ from: new Date('2020-01-01T00:00:00Z'), to: new Date('2020-01-02T00:00:00Z') });
    expect(found.map((text) => JSON.parse(text).at)).toEqual(['2020-01-01T00:00:00.000000Z']);
  });
});
