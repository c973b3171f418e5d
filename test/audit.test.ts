import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FailedLogins } from '../src/server/audit/failed-logins.js';
import { RefreshTokens } from '../src/server/tokens/refresh-tokens.js';
import { auditEvents, eventsOf } from './support/audit.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf, pairFor } from './support/oauth.js';

let service: TestEnvironment;
const idOf = new Map<string, string>();

beforeAll(async () => {
  service = await createTestEnvironment({ env: { REFRESH_REUSE_LEEWAY: '0s' } });
  const rows: { id: string; username: string }[] = await service.database.query(
    'SELECT id, username FROM gatehouse.accounts',
  );
  for (const { id, username } of rows) idOf.set(username, id);
});
afterAll(() => service.close());

const tryAs = (username: string, password: string, more: Record<string, string> = {}) =>
  service.ask('/token', { form: { username, password, ...more }, headers: { 'user-agent': 'the test' } });

describe('a login', () => {
  it('is written down with the session that it opened: who, from where, by which request', async () => {
    let requestId: string | null = null;
    let session = '';
    const events = await eventsOf(service, async () => {
      const answer = await tryAs('frank', service.passwords.get('frank')!);
      requestId = answer.headers.get('x-request-id');
      const [row] = await service.database.query('SELECT session_id FROM gatehouse.tokens WHERE jti = $1', [
        claimsOf(answer.json.access_token).jti,
      ]);
      session = row.session_id;
    });
    const frank = idOf.get('frank');
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        kind: 'login.succeeded',
        actor: { id: frank, username: 'frank' },
        target: { type: 'user', id: frank, name: 'frank' },
        address: '127.0.0.1',
        agent: 'the test',
        requestId,
        before: null,
        after: { clientId: 'gatehouse', sessionId: session },
      },
    ]);
    expect(requestId).not.toBeNull();
  });

  it('that leaves no session leaves no word of one', async () => {
    await service.database.query(`CREATE FUNCTION gatehouse.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON gatehouse.tokens FOR EACH ROW EXECUTE FUNCTION gatehouse.refuse()`);
    const [{ count: before }] = await service.database.query('SELECT count(*)::int FROM gatehouse.audit_events');
    expect((await tryAs('frank', service.passwords.get('frank')!)).status).toBe(500);
    await service.database.query('DROP FUNCTION gatehouse.refuse CASCADE');
    const [{ count: after }] = await service.database.query('SELECT count(*)::int FROM gatehouse.audit_events');
    expect(after).toBe(before);
  });

  it('that fails is written down with its reason, which the caller isn’t told', async () => {
    await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'pat'`);
    const answers = new Set<string>();
    const events = await eventsOf(service, async () => {
      for (const [name, password] of [
        ['FRANK', 'not the password'],
        ['pat', service.passwords.get('pat')!],
        ['nobody', 'not the password'],
      ] as const) {
        const { status, text } = await tryAs(name, password);
        answers.add(`${status} ${text}`);
      }
    });
    await service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'pat'`);
    expect([...answers]).toEqual([expect.stringMatching(/^400 .*invalid_grant/)]);
    expect(events.map(({ kind, actor, target, after }) => ({ kind, actor, target, after }))).toEqual([
      {
        kind: 'login.failed',
        actor: null,
        target: { type: 'user', id: idOf.get('frank'), name: 'frank' },
        after: { clientId: 'gatehouse', reason: 'wrong-password' },
      },
      {
        kind: 'login.failed',
        actor: null,
        target: { type: 'user', id: idOf.get('pat'), name: 'pat' },
        after: { clientId: 'gatehouse', reason: 'disabled' },
      },
      {
        kind: 'login.failed',
        actor: null,
        target: null,
        after: { clientId: 'gatehouse', reason: 'unknown', nameTag: expect.stringMatching(/^[0-9a-f]{16}$/) },
      },
    ]);
    expect(events.map(({ address, agent, requestId }) => [address, agent, requestId !== null])).toEqual(
      Array.from({ length: 3 }, () => ['127.0.0.1', 'the test', true]),
    );
  });

  it('with a name that is nobody’s keeps a tag in its place: one for all spellings, and a password typed there is lost', async () => {
    const typed = 'Correct-Horse-Battery';
    const events = await eventsOf(service, async () => {
      for (const name of [typed, typed.toLowerCase(), 'another']) await tryAs(name, 'x');
    });
    const [first, second, third] = events.map(({ after }) => (after as { nameTag: string }).nameTag);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
    expect(JSON.stringify(events).toLowerCase()).not.toContain(typed.toLowerCase());
  });

  it('that fails with the right password is written down too: somebody knows it', async () => {
    const events = await eventsOf(service, () =>
      tryAs('frank', service.passwords.get('frank')!, { scope: 'clients:read' }),
    );
    expect(events.map(({ kind, target, after }) => [kind, target?.name, after])).toEqual([
      ['login.failed', 'frank', { clientId: 'gatehouse', reason: 'scope-not-held' }],
    ]);
  });

  it('a hundred that fail at once are all written down before they are answered', async () => {
    const answered: (string | null)[] = [];
    const events = await eventsOf(service, () =>
      Promise.all(
        Array.from({ length: 100 }, async (_, at) => {
          // Each for a name of its own: of those for one name only so many are looked at.
          const { status, headers } = await tryAs(`nobody-${at}`, 'not the password');
          // With two cores 82 passwords are compared or wait for it; who comes then, before one is done, is turned away.
          if (status !== 503) answered.push(headers.get('x-request-id'));
        }),
      ),
    );
    const written = events.filter(({ kind }) => kind === 'login.failed').map(({ requestId }) => requestId);
    expect(answered.length).toBeGreaterThan(40);
    expect(written).toHaveLength(answered.length);
    expect(new Set(written)).toEqual(new Set(answered));
  });

  it('of a client by client_credentials leaves its token in the registry, and no event', async () => {
    await service.change(
      `INSERT INTO gatehouse.accounts (kind, username, username_key) VALUES ('service', 'robot', 'robot')`,
    );
    await addClient(service, { clientId: 'robot', secret: 'the secret of the robot', grants: ['client_credentials'] });
    await service.change(
      `UPDATE gatehouse.clients SET account_id = accounts.id FROM gatehouse.accounts WHERE username = client_id`,
    );
    const events = await eventsOf(service, async () => {
      const headers = basic('robot', 'the secret of the robot');
      expect((await service.ask('/token', { form: { grant_type: 'client_credentials' }, headers })).status).toBe(200);
    });
    expect(events).toEqual([]);
  });
});

describe('a flood of failed logins', () => {
  it('gets so many rows of its own, and then one with the sum', async () => {
    const flooded = await createTestEnvironment({ silent: true });
    const logins = flooded.app.get(FailedLogins, { strict: false });
    const one = { name: 'frank', clientId: 'gatehouse', agent: '', requestId: null };
    await Promise.all(
      Array.from({ length: 1_500 }, (_, at) => logins.record({ ...one, address: `10.0.0.${at % 50}` })),
    );
    const rows = await flooded.database.query(
      `SELECT count(*)::int AS count FROM gatehouse.audit_events WHERE kind = 'login.failed'`,
    );
    // A few more come by while these are written.
    expect(rows[0].count).toBeGreaterThanOrEqual(1_000);
    expect(rows[0].count).toBeLessThan(1_400);
    expect(logins.withoutRow).toBe(1_500 - rows[0].count);
    await logins.writeSum();
    const [event] = await auditEvents(flooded, 'kind=login.failures-summed');
    const { count, addresses } = event!.after as { count: number; addresses: Record<string, number> };
    expect(count).toBe(logins.withoutRow);
    expect(Object.keys(addresses).length).toBeLessThanOrEqual(21);
    expect(Object.values(addresses).reduce((sum, each) => sum + each)).toBe(count);
    await flooded.close();
  });

  it('that can’t be written fails as any other, and is counted', async () => {
    const logins = service.app.get(FailedLogins, { strict: false });
    const before = logins.withoutRow;
    await service.database.query('ALTER TABLE gatehouse.audit_events RENAME TO hidden');
    const { status, json } = await tryAs('frank', 'not the password');
    await service.database.query('ALTER TABLE gatehouse.hidden RENAME TO audit_events');
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect(logins.withoutRow).toBe(before + 1);
    await logins.writeSum();
  });
});

describe('what happens to tokens', () => {
  const refresh = (token: string) =>
    service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: token } });
  const sessionOf = async (token: string): Promise<string> => {
    const [row] = await service.database.query('SELECT session_id FROM gatehouse.tokens WHERE jti = $1', [
      claimsOf(token).jti,
    ]);
    return row.session_id;
  };

  it('a refresh token that comes back is written down with the family that it ended, once', async () => {
    const { refresh_token: token, access_token: access } = await pairFor(service, 'frank');
    const events = await eventsOf(service, async () => {
      expect((await refresh(token)).status).toBe(200);
      for (let again = 0; again < 3; again++) expect((await refresh(token)).status).toBe(400);
    });
    expect(
      events.map(({ kind, actor, target, before, address }) => ({ kind, actor, target, before, address })),
    ).toEqual([
      {
        kind: 'token.refresh-reuse',
        actor: null,
        target: { type: 'session', id: await sessionOf(access), name: 'frank' },
        before: { clientId: 'gatehouse', accountId: idOf.get('frank') },
        address: '127.0.0.1',
      },
    ]);
  });

  it('and so is one that another request used after it was looked up', async () => {
    const { refresh_token: token, access_token: access } = await pairFor(service, 'frank');
    const tokens = service.app.get(RefreshTokens, { strict: false });
    const find = vi.spyOn(tokens, 'find').mockResolvedValue((await tokens.find(token, 'gatehouse'))!);
    const events = await eventsOf(service, async () => {
      expect((await refresh(token)).status).toBe(200);
      for (let again = 0; again < 3; again++) expect((await refresh(token)).status).toBe(400);
    });
    find.mockRestore();
    expect(events.map(({ kind, target, before, requestId }) => [kind, target?.id, before, requestId !== null])).toEqual(
      [['token.refresh-reuse', await sessionOf(access), { clientId: 'gatehouse', accountId: idOf.get('frank') }, true]],
    );
  });

  it('a token that its client revokes is written down if it was alive', async () => {
    const { access_token: access, refresh_token: token } = await pairFor(service, 'frank');
    const revoke = (one: string) => service.ask('/revoke', { form: { token: one } });
    const before = { clientId: 'gatehouse', accountId: idOf.get('frank') };
    const [row] = await service.database.query(
      `SELECT jti FROM gatehouse.tokens WHERE kind = 'refresh' AND session_id = $1`,
      [await sessionOf(access)],
    );
    const events = await eventsOf(service, async () => {
      for (const one of [access, access, token, token, 'unknown']) expect((await revoke(one)).status).toBe(200);
    });
    expect(events.map(({ kind, target, before: was }) => ({ kind, target, before: was }))).toEqual([
      {
        kind: 'token.revoked',
        target: { type: 'token', id: claimsOf(access).jti, name: 'frank' },
        before: { ...before, kind: 'access' },
      },
      {
        kind: 'token.revoked',
        target: { type: 'token', id: row.jti, name: 'frank' },
        before: { ...before, kind: 'refresh' },
      },
    ]);
    expect((await service.ask('/users/me', { token: access })).status).toBe(401);
  });

  it('logins that their owner ends are written down, those that were ended before aren’t', async () => {
    const [kept, other] = [await pairFor(service, 'frank'), await pairFor(service, 'frank')];
    const session = await sessionOf(other.access_token);
    const end = (path: string) =>
      service.ask(`/users/me/sessions${path}`, { method: 'DELETE', token: kept.access_token });
    const events = await eventsOf(service, async () => {
      for (const path of [`/${session}`, `/${session}`, '']) expect((await end(path)).status).toBe(204);
    });
    expect(events.map(({ kind, actor, target }) => [kind, actor?.username, target?.id])).toEqual([
      ['session.ended', 'frank', session],
      ['user.other-sessions-ended', 'frank', idOf.get('frank')],
    ]);
  });
});
