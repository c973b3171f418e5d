import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, fail, ScriptedService } from '../../test/support/scripted-service.js';
import {
  createGatehouse,
  DeclarationError,
  definePermissions,
  type Gatehouse,
  type GatehouseOptions,
  type Principal,
} from './index.js';
import { PATIENTLY } from '../../test/support/patience.js';

const Orders = definePermissions('orders', { read: 'See orders', write: 'Change orders' });

vi.setConfig({ testTimeout: 15_000, hookTimeout: 15_000 });

let service: ScriptedService;
let gatehouse: Gatehouse;
let log: string[];

beforeEach(async () => {
  service = await ScriptedService.start();
  log = [];
});
afterEach(async () => {
  await gatehouse?.close();
  await service.stop();
});

async function connect(options: Partial<GatehouseOptions> = {}): Promise<void> {
  const note = (message: string): void => void log.push(message);
  gatehouse = createGatehouse({
    issuer: service.url,
    audience: AUDIENCE,
    clientId: 'shop',
    clientSecret: 'a secret: with signs + %',
    logger: { info: note, warn: note, error: note },
    ...options,
  });
  await gatehouse.ready();
}

const verify = async (token: string): Promise<Principal> => gatehouse.verifier.verify(token);
const eventually = (condition: () => boolean): Promise<unknown> => vi.waitUntil(condition, PATIENTLY);
const lapsed = (): Promise<unknown> =>
  vi.waitUntil(() => gatehouse.status.deciding !== 'memory', { timeout: 3_000, interval: 5 });
const refusal = async (token: string) => {
  try {
    const principal = await gatehouse.authenticate({ headers: { authorization: `Bearer ${token}` } });
    return principal.kind;
  } catch (error) {
    return (error as { status: number }).status;
  }
};

describe('a token', () => {
  it('is introspected once, and then answered from memory without a promise', async () => {
    await connect();
    const { token, jti } = service.issue();
    const principal = await verify(token);
    expect(principal).toMatchObject({ id: 'account-1', kind: 'user', username: 'frank', isNarrowed: false });
    expect(principal.token).toMatchObject({ jti, clientId: 'web', sessionId: 'session-1' });
    expect(principal.permissions.allows('orders:read')).toBe(true);
    expect(principal.permissions.allows('orders:write')).toBe(false);
    expect(gatehouse.verifier.verify(token)).toBe(principal);
    expect(service.count('/introspect')).toBe(1);
    const asked = service.asked.find(({ path }) => path === '/introspect')!;
    expect(asked.headers['gatehouse-position']).toBe('a:1');
    // RFC 6749 §2.3.1: form-encoded, then Basic.
    const pair = Buffer.from(asked.headers.authorization!.slice('Basic '.length), 'base64').toString();
    expect(pair).toBe('shop:a+secret%3A+with+signs+%2B+%25');
  });

  it.each([
    ['for another audience', { aud: 'https://other.example' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['past its exp', { exp: 1_000 }],
    ['without a jti', { jti: undefined }],
    ['not to be used yet', { nbf: Date.now() / 1_000 + 600 }],
  ])('%s is refused without a question', async (_, claims) => {
    await connect();
    expect(await refusal(service.issue(claims).token)).toBe(401);
    expect(service.count('/introspect')).toBe(0);
  });

  it('whose signature isn’t the service’s is refused without a question', async () => {
    await connect();
    const { token } = service.issue();
    const [header, , signature] = token.split('.');
    const forged = Buffer.from(
      JSON.stringify({ iss: service.url, aud: AUDIENCE, sub: 'x', jti: 'y', iat: 1, exp: 9e9 }),
    );
    expect(await refusal(`${header}.${forged.toString('base64url')}.${signature}`)).toBe(401);
    expect(service.count('/introspect')).toBe(0);
  });

  it('that the service doesn’t know is refused, and not asked about at each request', async () => {
    await connect();
    const { token, jti } = service.issue();
    service.known.delete(jti);
    expect([await refusal(token), await refusal(token), await refusal(token)]).toEqual([401, 401, 401]);
    expect(service.count('/introspect')).toBe(1);
  });

  it.each([
    ['token', (jti: string) => jti],
    ['session', () => 'session-1'],
    ['account', () => 'account-1'],
    ['client', () => 'web'],
    ['keys', () => 'k1'],
    ['rbac', () => ''],
    ['all', () => ''],
    ['a kind of later days', () => ''],
  ])('is asked about again after a drop of %s', async (kind, subject) => {
    await connect();
    const { token, jti } = service.issue();
    const other = service.issue({ sub: 'account-2' }, { answer: { sid: 'session-2', client_id: 'other' } });
    await verify(token);
    await verify(other.token);
    service.known.delete(jti);
    service.drop([kind, subject(jti)]);
    await eventually(() => gatehouse.status.stream.cursor === 'a:2');
    expect(await refusal(token)).toBe(401);
    expect(await refusal(other.token)).toBe('user');
  });

  it('signed by a key that is new is good: the keys are fetched', async () => {
    await connect();
    await verify(service.issue().token);
    service.addKey('k2');
    expect(await refusal(service.issue({}, { kid: 'k2' }).token)).toBe('user');
    expect(service.count('/jwks.json')).toBe(3);
  });

  it('of a made-up key doesn’t have the keys fetched each time', async () => {
    await connect();
    service.addKey('made-up');
    const tokens = Array.from({ length: 50 }, () => service.issue({}, { kid: 'made-up' }).token);
    service.keys.delete('made-up');
    for (const token of tokens) expect(await refusal(token)).toBe(401);
    expect(service.count('/jwks.json')).toBeLessThan(8);
  });
});

describe('an answer of the service', () => {
  it('that is behind what is known here isn’t used', async () => {
    await connect();
    service.drop(['rbac', '']);
    await eventually(() => gatehouse.status.stream.cursor === 'a:2');
    let behind = 2;
    service.scripts['/introspect'] = (asked) => ({
      ...service.introspection(asked),
      ...(behind-- > 0 && { as_of: 'a:1' }),
    });
    expect(await refusal(service.issue().token)).toBe('user');
    expect(service.count('/introspect')).toBe(3);
  });

  it('of another incarnation isn’t used', async () => {
    await connect();
    service.scripts['/introspect'] = (asked) => ({ ...service.introspection(asked), as_of: 'b:7' });
    expect(await refusal(service.issue().token)).toBe(503);
  });

  it('about another token isn’t used', async () => {
    await connect();
    service.scripts['/introspect'] = (asked) => ({ ...service.introspection(asked), jti: 'another' });
    expect(await refusal(service.issue().token)).toBe(503);
  });

  it('that races with a drop isn’t used', async () => {
    await connect();
    const { token, jti } = service.issue();
    let asked = 0;
    service.scripts['/introspect'] = async (question) => {
      const answer = service.introspection(question);
      if (asked++ === 0) {
        service.known.delete(jti);
        service.drop(['account', 'account-1']);
        await eventually(() => gatehouse.status.stream.cursor === 'a:2');
      }
      return answer;
    };
    expect(await refusal(token)).toBe(401);
    expect(asked).toBe(2);
  });

  it.each([500, 502, 503, 429])('of %i is 503 here, never 401', async (status) => {
    await connect();
    service.scripts['/introspect'] = (_, response) => fail(response, status, {});
    expect(await refusal(service.issue().token)).toBe(503);
  });

  it('that refuses this application’s credentials is 503 here, and said in the log once', async () => {
    await connect();
    service.scripts['/introspect'] = (_, response) => fail(response, 401, { error: 'invalid_client' });
    expect(await refusal(service.issue().token)).toBe(503);
    expect(await refusal(service.issue().token)).toBe(503);
    expect(log.filter((line) => line.includes('credentials of the client "shop"'))).toHaveLength(1);
  });
});

describe('the stream', () => {
  it('is opened with a token for the service itself, and resumed where it ended, without a lapse', async () => {
    await connect();
    const form = new URLSearchParams(service.asked.find(({ path }) => path === '/token')!.body);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'events:subscribe',
      resource: service.url,
    });
    const { token } = service.issue();
    await verify(token);
    service.drop(['account', 'nobody']);
    await eventually(() => gatehouse.status.stream.cursor === 'a:2');
    for (let end = 0; end < 3; end++) {
      service.endStreams();
      await eventually(() => gatehouse.status.stream.openings === end + 2);
      expect(gatehouse.status.deciding).toBe('memory');
      await sleep(100);
    }
    expect(service.asked.findLast(({ path }) => path === '/events')!.headers['last-event-id']).toBe('a:2');
    await verify(token);
    expect(service.count('/introspect')).toBe(1);
    expect(service.count('/token')).toBe(1);
    expect(log).toEqual([]);
  });

  it('with a gap drops everything', async () => {
    await connect();
    const { token } = service.issue();
    await verify(token);
    service.resumes = false;
    service.endStreams();
    await eventually(() => gatehouse.status.stream.openings === 2);
    await verify(token);
    expect(service.count('/introspect')).toBe(2);
  });

  it('on which nothing comes is given up, whatever was collected as garbage meanwhile', async () => {
    await connect();
    service.beating = false;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let n = 0; n < 5; n++) {
      collect();
      await sleep(20);
    }
    await eventually(() => gatehouse.status.stream.openings >= 2);
    service.beating = true;
    await eventually(() => gatehouse.status.deciding === 'memory');
  });

  it('whose opening was held up on the way is opened anew: its news would be late for ever', async () => {
    const usual = service.usual['/events']!;
    service.scripts['/events'] = async (asked, response) => {
      // Accepted now, and sent long ago.
      delete service.scripts['/events'];
      await sleep(1_500);
      return usual(asked, response);
    };
    await connect({ whenUnreachable: 'refuse' });
    expect(gatehouse.status.stream.openings).toBe(2);
    expect(gatehouse.status.deciding).toBe('memory');
  });

  it('of a service that can’t be understood is given up too', async () => {
    await connect();
    service.send('drop', { drops: 'what?' }, service.cursor);
    await eventually(() => gatehouse.status.stream.openings === 2);
  });

  it('that the client may not open is explained in the log', async () => {
    service.scripts['/events'] = (_, response) =>
      fail(response, 403, { detail: 'This needs the permission events:subscribe.' });
    const connecting = connect();
    await eventually(() => log.some((line) => line.includes('role connected-application')));
    delete service.scripts['/events'];
    await connecting;
    expect(gatehouse.status.deciding).toBe('memory');
  });
});

describe('without news', () => {
  it('`introspect` asks for each decision, and uses an answer for 250 ms', async () => {
    await connect();
    const { token, jti } = service.issue();
    await verify(token);
    service.beating = false;
    await lapsed();
    const before = service.count('/introspect');
    await Promise.all([verify(token), verify(token), verify(token)]);
    await verify(token);
    expect(service.count('/introspect')).toBe(before + 1);
    service.known.delete(jti);
    await sleep(260);
    expect(await refusal(token)).toBe(401);
    expect(service.count('/introspect')).toBe(before + 2);
    expect(gatehouse.status.decisions.introspected).toBe(4);
  });

  it('`introspect` has 8 questions under way, and answers 503 beyond that', async () => {
    await connect();
    service.beating = false;
    await lapsed();
    service.scripts['/introspect'] = async (asked) => {
      await sleep(200);
      return service.introspection(asked);
    };
    const answers = await Promise.all(Array.from({ length: 12 }, () => refusal(service.issue().token)));
    expect(answers.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      ...Array.from({ length: 4 }, () => 503),
      ...Array.from({ length: 8 }, () => 'user'),
    ]);
  });

  it('`introspect` doesn’t use an answer that took long, since it may be old', async () => {
    await connect();
    service.beating = false;
    await lapsed();
    service.scripts['/introspect'] = async (asked) => {
      const answer = service.introspection(asked);
      await sleep(800);
      return answer;
    };
    expect(await refusal(service.issue().token)).toBe(503);
  });

  it('`refuse` answers 503 and asks nothing, and is back by itself', async () => {
    await connect({ whenUnreachable: 'refuse' });
    const { token } = service.issue();
    await verify(token);
    service.beating = false;
    await lapsed();
    await sleep(1_100);
    const before = service.count('/introspect');
    expect(await refusal(token)).toBe(503);
    expect(await refusal('garbage')).toBe(503);
    expect(service.count('/introspect')).toBe(before);
    service.beating = true;
    await eventually(() => gatehouse.status.deciding === 'memory');
    expect(await refusal(token)).toBe('user');
    await sleep(250);
    expect(log).toHaveLength(2);
    expect(log[0]).toContain('whenUnreachable: refuse');
    expect(log[1]).toContain('arrive again');
  });

  it('`accept-for` accepts what was known for so long, and introspects the rest', async () => {
    await connect({ whenUnreachable: 'accept-for:1s' });
    const { token } = service.issue();
    await verify(token);
    service.beating = false;
    await lapsed();
    service.scripts['/introspect'] = (_, response) => fail(response, 503, {});
    expect(await refusal(token)).toBe('user');
    expect(await refusal(service.issue().token)).toBe(503);
    expect(gatehouse.status.decisions.accepted).toBe(1);
    await sleep(1_100);
    expect(await refusal(token)).toBe(503);
  });

  it('an application starts all the same, and is there when the service is', async () => {
    const { url } = service;
    const { token } = service.issue();
    await service.stop();
    const begun = performance.now();
    const note = (message: string): void => void log.push(message);
    const logger = { info: note, warn: note, error: note };
    gatehouse = createGatehouse({
      issuer: url,
      audience: AUDIENCE,
      clientId: 'shop',
      clientSecret: 's',
      permissions: [Orders],
      logger,
    });
    expect(await refusal(token)).toBe(503);
    expect(performance.now() - begun).toBeLessThan(2_000);
    await service.listen(Number(new URL(url).port));
    await gatehouse.ready();
    expect(await refusal(token)).toBe('user');
    await eventually(() => gatehouse.status.declared);
  });
});

describe('the permissions of the application', () => {
  it('are declared at the start', async () => {
    await connect({ permissions: [Orders, Orders.read] });
    const { body, method } = service.asked.find(({ path }) => path === '/permissions/declared')!;
    expect(method).toBe('PUT');
    expect(JSON.parse(body)).toEqual({
      permissions: [
        { name: 'orders:read', description: 'See orders' },
        { name: 'orders:write', description: 'Change orders' },
      ],
    });
  });

  it('that the service refuses are an error, with its sentence', async () => {
    service.scripts['/permissions/declared'] = (_, response) =>
      fail(response, 409, { detail: 'orders:read is another’s.' });
    await expect(connect({ permissions: [Orders] })).rejects.toThrow(DeclarationError);
    expect(log.join()).toContain('orders:read is another’s.');
  });
});

describe('a token of the application itself', () => {
  it('is shared by all who ask, kept, and renewed before it ends', async () => {
    await connect();
    const before = service.count('/token');
    const tokens = await Promise.all(Array.from({ length: 10 }, () => gatehouse.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(service.count('/token')).toBe(before + 1);
    service.scripts['/token'] = () => ({ access_token: 'short', expires_in: 1 });
    expect(await gatehouse.token({ scope: 'stock:read', resource: 'https://stock.example' })).toBe('short');
    await sleep(910);
    service.scripts['/token'] = () => ({ access_token: 'next', expires_in: 60 });
    expect(await gatehouse.token({ scope: 'stock:read', resource: 'https://stock.example' })).toBe('next');
  });
});
