import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, pairFor } from './support/oauth.js';

let service: TestEnvironment;
let admin: string;
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
});
afterAll(() => service.close());

const grants = ['password', 'refresh_token'];

// A refresh locks its session and then the client, and the deletion did so the other way round: one of both was killed
// as a deadlock, and as a rule it was the deletion, with 503.
it('a client is deleted at once, however busily its logins are being refreshed', async () => {
  for (let round = 0; round < 8; round++) {
    const clientId = `busy-${round}`;
    await addClient(service, { clientId, grants });
    const pairs = await Promise.all(
      Array.from({ length: 6 }, () => pairFor(service, 'frank', { client_id: clientId })),
    );
    const deletion = { answered: false };
    const loops = pairs.map(async ({ refresh_token: token }) => {
      const seen = new Set<number>();
      while (!deletion.answered) {
        const form = { grant_type: 'refresh_token', refresh_token: token, client_id: clientId };
        const { status, json } = await service.ask('/token', { form });
        seen.add(status);
        token = json.refresh_token ?? token;
      }
      return [...seen];
    });
    await sleep(20);
    const { status } = await service.ask(`/clients/${clientId}`, { method: 'DELETE', token: admin });
    deletion.answered = true;
    const seen = (await Promise.all(loops)).flat();
    expect([status, ...seen].filter((one) => one >= 500)).toEqual([]);
    expect((await service.ask(`/clients/${clientId}`, { token: admin })).status).toBe(404);
  }
});
