import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
// What modules and applications have: the public entry, and nothing else of the service.
import { DomainEvents, type DomainEvent, type DomainEventListener } from '../src/index.js';
import { bearer, startHost, type EmbeddingHost } from './support/embedding-host.js';
import { createTestEnvironment, type Answer, type Ask, type TestEnvironment } from './support/environment.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { PATIENTLY } from './support/patience.js';

/** A listener that fails, or is never done, at each event: nothing here must be any different for it. */
const failing: DomainEventListener = {
  handle() {
    throw new Error('of the listener');
  },
};
const hanging: DomainEventListener = { handle: () => new Promise(() => {}) };

/** A module as a team writes one, which notes what it is told. */
function noting(told: DomainEvent[]): DynamicModule {
  @Injectable()
  class Notes {
    constructor(events: DomainEvents) {
      events.listen(failing);
      events.listen(hanging);
      events.listen({ handle: (event) => void told.push(event) });
    }
  }
  @Module({})
  class NotesModule {}
  return { module: NotesModule, providers: [Notes] };
}

const namesOf = (events: readonly DomainEvent[]) =>
  events.map((event) => `${event.type} ${'account' in event ? event.account.username : ''}`.trim());

describe('a module of the service', () => {
  const told: DomainEvent[] = [];
  /** Whether the account was to be seen by another connection when its event came. */
  const seen: Promise<boolean>[] = [];
  let service: TestEnvironment;
  let admin: string;
  let ids: Map<string, string>;
  beforeAll(async () => {
    service = await createTestEnvironment({ modules: [noting(told)] });
    service.app.get(DomainEvents).on('UserCreated', ({ account: { id } }) => {
      const found = service.database.query<unknown[]>('SELECT FROM gatehouse.accounts WHERE id = $1', [id]);
      seen.push(found.then((rows) => rows.length === 1));
    });
    admin = await service.login('admin');
    const { json } = await service.ask('/users', { token: admin });
    ids = new Map(json.items.map(({ username, id }: { username: string; id: string }) => [username, id]));
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    // What came before has been told by then.
    await login('wrong', 'of nobody');
    await vi.waitUntil(() => told.at(-1)?.type === 'LoginFailed', PATIENTLY);
    told.length = 0;
  });

  const ask = (path: string, options: Ask = {}): Promise<Answer> => service.ask(path, { token: admin, ...options });
  const login = (username: string, password: string): Promise<Answer> =>
    service.ask('/token', { form: { username, password } });

  it('hears what is done with accounts, once, when everybody can see it', async () => {
    const made = await ask('/users', { json: { username: 'nora', email: 'nora@example.org' } });
    expect(made.status).toBe(201);
    const path = `/users/${made.json.id}`;
    expect((await ask(path, { method: 'PATCH', json: { name: 'Nora', groups: ['hr'] } })).status).toBe(200);
    expect((await ask(path, { method: 'PATCH', json: { password: 'correct horse battery' } })).status).toBe(200);
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
    const account = { id: made.json.id, username: 'nora', email: 'nora@example.org' };
    await expect
      .poll(() => told)
      .toEqual([
        { type: 'UserCreated', at: expect.any(Number), account },
        { type: 'UserUpdated', at: expect.any(Number), account, changed: ['name', 'groups'] },
        { type: 'UserUpdated', at: expect.any(Number), account, changed: ['password'] },
        { type: 'UserDeleted', at: expect.any(Number), account },
      ]);
    expect(await Promise.all(seen)).toEqual([true]);
  });

  it('hears nothing of what was rolled back, refused, or changed nothing', async () => {
    const path = `/users/${ids.get('admin')}`;
    expect((await ask('/users', { json: { username: 'frank', email: 'f@example.org' } })).status).toBe(409);
    expect((await ask(path, { method: 'PATCH', json: { isActive: false } })).status).toBe(409);
    expect((await ask(path, { method: 'DELETE' })).status).toBe(409);
    const stale = { method: 'PATCH', headers: { 'if-match': '"stale"' }, json: { name: 'X' } };
    expect((await ask(path, stale)).status).toBe(412);
    expect((await ask(path, { method: 'PATCH', json: {} })).status).toBe(200);
    await login('maria', service.passwords.get('maria')!);
    await expect.poll(() => namesOf(told)).toEqual(['LoginSucceeded maria']);
  });

  it('hears of logins; of failed ones not even the name', async () => {
    const email = 'frank@example.org';
    await service.change(`UPDATE gatehouse.accounts SET email = $1, email_key = $1 WHERE username = 'frank'`, [email]);
    const answer = await login('frank', service.passwords.get('frank')!);
    expect(answer.status).toBe(200);
    await login('frank', 'S3cret, mistyped');
    await login('S3cret, typed as the name', 'frank');
    await expect.poll(() => told.length).toBe(3);
    const origin = { at: expect.any(Number), clientId: expect.any(String), address: '127.0.0.1' };
    expect(told).toEqual([
      {
        type: 'LoginSucceeded',
        account: { id: ids.get('frank'), username: 'frank', email },
        ...origin,
      },
      { type: 'LoginFailed', ...origin },
      { type: 'LoginFailed', ...origin },
    ]);
    expect(JSON.stringify(told)).not.toContain('S3cret');
  });

  it('changes nothing by failing, which is logged', () => {
    expect(service.log.join('')).toContain('A listener failed at UserCreated: Error: of the listener');
  });
});

describe.each(['express', 'fastify'] as const)('an application on %s with the service in it', (platform) => {
  const [byOption, byInjection]: DomainEvent[][] = [[], []];
  let database: TestDatabase;
  let host: EmbeddingHost;
  beforeAll(async () => {
    database = await createTestDatabase();
    host = await startHost(platform, {
      databaseUrl: database.url,
      gatehouse: {
        undeclared: 'leave',
        listeners: [failing, hanging, { handle: (event) => void byOption!.push(event) }],
      },
      imports: [noting(byInjection!)],
    });
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('hears of them by the listeners that it hands over, and by what is injected into its modules', async () => {
    const token = await host.login();
    const { status } = await host.ask('/auth/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify({ username: 'nora', email: 'nora@example.org' }),
    });
    expect(status).toBe(201);
    const expected = ['LoginSucceeded admin', 'UserCreated nora'];
    await expect.poll(() => namesOf(byOption!)).toEqual(expected);
    await expect.poll(() => namesOf(byInjection!)).toEqual(expected);
    expect(byInjection).toEqual(byOption);
  });
});
