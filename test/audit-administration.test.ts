import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEventDto } from '../src/server/audit/audit-event.dto.js';
import { ADMINISTRATIVE_RECIPES } from './support/administrative-recipes.js';
import { eventsOf } from './support/audit.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { claimsOf } from './support/oauth.js';

/** An administrative operation that changes something. */
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

let service: TestEnvironment;
let operations: readonly Operation[];
beforeAll(async () => {
  service = await createTestEnvironment();
  const { json } = await service.ask('/openapi.json');
  const paths: [string, Record<string, { operationId: string; tags?: string[] }>][] = Object.entries(json.paths);
  operations = paths.flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method, { tags }]) => method !== 'get' && tags?.includes('Administration'))
      .map(([method, { operationId }]) => ({ id: operationId, method: method.toUpperCase(), path })),
  );
});
afterAll(() => service.close());

const isChange = ({ kind }: AuditEventDto) => !kind.startsWith('login.');

describe('every administrative operation that changes something', () => {
  it('has a recipe in test/support/administrative-recipes.ts, and each recipe an operation', () => {
    expect(operations.length).toBeGreaterThan(10);
    expect(operations.map(({ id }) => id).toSorted()).toEqual(Object.keys(ADMINISTRATIVE_RECIPES).toSorted());
  });

  it.each(Object.entries(ADMINISTRATIVE_RECIPES))(
    '%s leaves exactly one audit event when it succeeds, and none when it is refused',
    async (id, recipes) => {
      const { method, path } = operations.find((one) => one.id === id)!;
      for (const recipe of recipes) {
        const admin = await service.login('admin');
        const pat = await service.login('pat');
        const act = await recipe(service, admin);
        const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => act.path![name]!) + (act.query ?? '');
        const ask = (token: string) =>
          service.ask(address, {
            method,
            token,
            ...(act.json !== undefined && { json: act.json }),
            headers: { 'user-agent': 'the test' },
          });
        const refused = await eventsOf(service, async () => expect((await ask(pat)).status).toBe(403));
        expect(refused.filter(isChange)).toEqual([]);
        let answer!: Answer;
        const events = await eventsOf(service, async () => (answer = await ask(admin)));
        expect(answer.status, answer.text).toBeLessThan(300);
        expect(events.filter(isChange), id).toEqual([
          {
            id: expect.any(String),
            at: expect.any(String),
            kind: act.kind,
            actor: { id: claimsOf(admin).sub, username: 'admin' },
            target: { type: expect.any(String), id: expect.any(String), name: expect.any(String) },
            address: '127.0.0.1',
            agent: 'the test',
            requestId: answer.headers.get('x-request-id'),
            before: events[0]!.before,
            after: events[0]!.after,
          },
        ]);
        const { id: targetId, name } = events[0]!.target!;
        if (act.target !== undefined) expect([targetId, name], id).toContain(act.target);
        // A change says what changed, something new what it is, and something gone what it was.
        const said = { before: events[0]!.before, after: events[0]!.after };
        if (/\.(created|updated)$/.test(act.kind)) expect(said.after, id).toEqual(expect.any(Object));
        if (/\.(deleted|updated)$/.test(act.kind)) expect(said.before, id).toEqual(expect.any(Object));
      }
    },
  );
});
