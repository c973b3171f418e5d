import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendRaw } from './hostile/raw-http.js';
import { startBuiltService } from './support/built-service.js';
import { createTestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';
import { PATIENTLY } from './support/patience.js';

/** What logs, and how it is asked. */
interface Logging {
  readonly url: string;
  readonly lines: () => string[];
  readonly close: () => Promise<void>;
}

// The address of a caller is what a header says, so that it may be anything.
const env = { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'debug' };

/** With a pino such as an application has that embeds the service. */
async function withPino(): Promise<Logging> {
  const service = await createTestEnvironment({ env });
  return { url: service.url, lines: () => [...service.log], close: () => service.close() };
}

/** With the service's own log. */
async function ofItsOwn(): Promise<Logging> {
  const database = await createTestDatabase();
  const service = await startBuiltService({
    DATABASE_URL: database.url,
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    BCRYPT_COST: '4',
    NODE_ENV: 'test',
    ...env,
  });
  return {
    url: service.url,
    lines: () => service.output().split('\n'),
    close: async () => {
      await service.stop();
      await database.drop();
    },
  };
}

describe.each([
  ['written by a pino', withPino],
  ['put together by hand', ofItsOwn],
])('the line in the log that each request leaves, %s,', (_, start) => {
  let logging: Logging;
  beforeAll(async () => {
    logging = await start();
  });
  afterAll(() => logging?.close());

  /** It is written after the answer. */
  const lineOf = (requestId: string | null | undefined): Promise<any> =>
    vi.waitFor(() => {
      const lines = logging
        .lines()
        .filter((line) => line.startsWith('{') && line.includes(requestId!))
        .map((line) => JSON.parse(line))
        .filter(({ msg }) => msg === 'request');
      expect(lines).toHaveLength(1);
      return lines[0];
    }, PATIENTLY);
  const lineOfAsking = async (path: string) => lineOf((await fetch(logging.url + path)).headers.get('x-request-id'));

  it('says what was asked, what was answered, how long it took, and from where', async () => {
    expect(await lineOfAsking('/')).toMatchObject({
      level: 30,
      time: expect.anything(),
      requestId: expect.any(String),
      method: 'GET',
      path: '/',
      status: 200,
      ms: expect.any(Number),
      address: '127.0.0.1',
      msg: 'request',
    });
  });

  it('holds nothing of the query, which may be a secret', async () => {
    const line = await lineOfAsking('/nowhere?token=abc.def.ghi');
    expect([line.path, line.status]).toEqual(['/nowhere', 404]);
  });

  it('is one line of JSON, whatever stands in the address and in the headers', async () => {
    const { headers } = await sendRaw(logging.url, {
      method: 'GET',
      target: '/no"where\\',
      headers: [['X-Forwarded-For', 'a"\\b']],
      body: undefined,
    });
    const line = await lineOf(headers.get('x-request-id'));
    expect([line.path, line.address]).toEqual(['/no"where\\', 'a"\\b']);
  });

  it('is for those who debug, where whoever watches over the service asks', async () => {
    expect((await lineOfAsking('/health/live')).level).toBe(20);
  });
});
