import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { bearer, startHost } from './support/embedding-host.js';
import { createTestDatabase } from './support/postgres.js';

it.each(['express', 'fastify'] as const)(
  'the stream of events of a service in an application on %s flows, and ends with the application',
  async (platform) => {
    const database = await createTestDatabase();
    const host = await startHost(platform, { databaseUrl: database.url, gatehouse: { undeclared: 'leave' } });
    const asked = get(`${host.url}/auth/events`, { headers: bearer(await host.login()) });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    let text = '';
    response.on('data', (chunk) => (text += String(chunk)));
    await expect.poll(() => text, { timeout: 3_000 }).toMatch(/event: opened[^]*event: heartbeat/);
    const ended = once(response, 'end');
    const began = performance.now();
    await host.close();
    await ended;
    expect(performance.now() - began).toBeLessThan(2_000);
    await database.drop();
  },
);
