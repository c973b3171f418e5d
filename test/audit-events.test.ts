import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditEvents } from './support/audit.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

const ALICE = '11111111-1111-4111-8111-111111111111';
const GONE = '22222222-2222-4222-8222-222222222222';

let service: TestEnvironment;
const get = async (query: string, as = 'admin') =>
  service.ask(`/audit-events?${query}`, { token: await service.login(as) });
const targets = async (query: string) => (await auditEvents(service, query)).map(({ target }) => target?.id);

beforeAll(async () => {
  service = await createTestEnvironment();
  await service.change(`INSERT INTO gatehouse.accounts (id, username, username_key) VALUES ($1, 'Alice', 'alice')`, [
    ALICE,
  ]);
  // Of one moment but for the last two, which are of a day later; "Old Alice" was Alice's name before.
  await service.database.query(
    `INSERT INTO gatehouse.audit_events (at, kind, actor_id, actor_username, target_type, target_id, target_name)
     VALUES ('2020-01-01Z', 'test.one', $1, 'Old Alice', 'thing', 't1', 'first'), ('2020-01-01Z', 'test.two', $1, 'Alice', 'thing', 't2', 'second'),
            ('2020-01-01Z', 'test.one', $2, 'Gone', 'thing', 't3', '100%'), ('2020-01-02Z', 'testing.one', NULL, NULL, 'thing', 't4', 'fourth'),
            ('2020-01-02 00:00:00.000001Z', 'test.three', NULL, NULL, 'thing', 't1', 'first')`,
    [ALICE, GONE],
  );
});
afterAll(() => service.close());

describe('GET /audit-events', () => {
  it('answers newest first, page by page, without repeating or leaving out events of one moment', async () => {
    for (const [sort, expected] of [
      ['-at', ['t1', 't4', 't3', 't2', 't1']],
      ['at', ['t1', 't2', 't3', 't4', 't1']],
    ] as const) {
      const found: string[] = [];
      const token = await service.login('admin');
      for (let cursor = ''; ;) {
        const { json } = await service.ask(
          `/audit-events?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z&limit=2&sort=${sort}${cursor}`,
          {
            token,
          },
        );
        expect(json.items.length).toBeLessThanOrEqual(2);
        found.push(...json.items.map(({ target }: { target: { id: string } }) => target.id));
        if (json.nextCursor === null) break;
        cursor = `&cursor=${json.nextCursor}`;
      }
      expect(found).toEqual(expected);
    }
    expect((await get('limit=1')).json.items[0]).toMatchObject({ kind: 'login.succeeded', target: { name: 'admin' } });
  });

  it('filters by actor: an id, a name of now, or the former name of an account that is gone', async () => {
    for (const actor of [ALICE, 'alice', 'ALICE']) expect(await targets(`actor=${actor}`), actor).toEqual(['t1', 't2']);
    for (const actor of [GONE, 'Gone']) expect(await targets(`actor=${actor}`), actor).toEqual(['t3']);
    expect(await targets('actor=nobody')).toEqual([]);
  });

  it('filters by target, by kind and sort of kind, and by time', async () => {
    expect(await targets('target=t1')).toEqual(['t1', 't1']);
    expect(await targets('kind=test.one')).toEqual(['t1', 't3']);
    expect(await targets('kind=test.')).toEqual(['t1', 't2', 't3', 't1']);
    expect(await targets('from=2020-01-02T00:00:00Z&to=2020-01-02T00:00:00.000001Z')).toEqual(['t4']);
    expect(await targets('from=2020-01-02T02:00:00%2B02:00&to=2021-01-01T00:00:00Z')).toEqual(['t4', 't1']);
    expect(await targets('kind=test.one&actor=alice&target=t1&from=2020-01-01T00:00:00Z')).toEqual(['t1']);
    expect(await targets('kind=test.one&actor=alice&target=t3')).toEqual([]);
    expect(await targets('q=100%25')).toEqual(['t3']);
    expect(await targets('q=old')).toEqual(['t1']);
  });

  it('refuses what is no time, no kind, no order and no cursor of this list', async () => {
    const other = (await get('limit=1&sort=at')).json.nextCursor;
    const queries = ['from=yesterday', 'from=2020-01-01', 'to=2020-13-01T00:00:00Z', 'to=2020-02-30T00:00:00Z']
      .concat([
        'kind=user',
        'kind=a%25.b',
        'sort=kind',
        'limit=201',
        'cursor=x',
        `cursor=${other}`,
        'from=0000-01-01T00:00:00Z',
      ])
      .concat(['from=2020-01-01T25:00:00Z', 'target=', 'before=x']);
    for (const query of queries) expect((await get(query)).status, query).toBe(400);
  });

  it('reads little more than the page, first and deep, whatever the filter', async () => {
    const many = await createTestEnvironment();
    await many.database.query(
      `INSERT INTO gatehouse.audit_events (at, kind, actor_id, actor_username, target_id)
       SELECT '2020-01-01Z'::timestamptz + make_interval(secs => n), CASE WHEN n % 200 = 0 THEN 'rare.kind' ELSE 'login.succeeded' END,
              md5((n % 20)::text)::uuid, 'user' || n % 20, 't' || n % 20 FROM generate_series(1, 60000) AS n`,
    );
    await many.database.query('ANALYZE gatehouse.audit_events');
    const token = await many.login('admin');
    const query = vi.spyOn(many.database, 'query');
    // Three quarters down the list, in either order.
    const place = { '-at': ['2020-01-01 04:10:00+00', '15000'], at: ['2020-01-01 12:30:00+00', '45000'] };
    const deep = (sort: 'at' | '-at') => Buffer.from(JSON.stringify([sort, ...place[sort]])).toString('base64url');
    const filters = [
      '',
      'kind=login.succeeded',
      'kind=rare.kind',
      'kind=rare.',
      'kind=login.',
      'actor=user7',
      'target=t7',
    ].concat('actor=8f14e45f-ceea-167a-5a36-dedd4bea2543', 'from=2020-01-01T00:00:01Z', 'to=2020-01-01T16:30:00Z');
    for (const filter of filters) {
      for (const sort of ['-at', 'at'] as const) {
        for (const cursor of ['', `&cursor=${deep(sort)}`]) {
          const { status, json, text } = await many.ask(`/audit-events?sort=${sort}&${filter}${cursor}`, { token });
          const asked = `${filter} ${sort} ${cursor}`;
          expect(status, text).toBe(200);
          expect(json.items.length, asked).toBe(50);
          const [sql, values] = query.mock.calls.findLast(([one]) => one.includes('cursor_value'))!;
          const [row] = await many.database.query(
            `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
            values as unknown[],
          );
          const { Plan: plan } = row['QUERY PLAN'][0];
          expect(JSON.stringify(plan), asked).not.toMatch(/Seq Scan|"Sort"/);
          expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], asked).toBeLessThan(120);
        }
      }
    }
    await many.close();
  });

  it('is for those who hold audit:read', async () => {
    expect((await get('', 'frank')).status).toBe(403);
    await giveRole(service, 'frank', 'auditor', ['audit:read']);
    const { status, headers } = await get('', 'frank');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  });
});
