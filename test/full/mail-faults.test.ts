import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { SmtpMailer } from '../../src/index.js';
import { MailQueue } from '../../src/server/mail/mail-queue.js';
import { cleanUp, settings, start, type Env } from '../support/crashes.js';
import { MailServer } from '../support/mail-server.js';
import { createTestDatabase } from '../support/postgres.js';

const server = new MailServer();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.stop());

let env: Env;
let database: DataSource;
beforeEach(async () => {
  const { url, drop } = await createTestDatabase();
  cleanUp.push(drop);
  env = { ...(await settings(url)), SMTP_URL: server.url(), MAIL_RETRY_DELAY: '1s', DEMO: 'off' };
  database = await new DataSource({ type: 'postgres', url }).initialize();
  cleanUp.push(() => database.destroy());
  server.received.length = 0;
  server.seen = 0;
});

/** In a transaction, as a request does. */
async function enqueue(...addresses: string[]): Promise<void> {
  const queue = new MailQueue({ wake: () => undefined });
  await database.transaction(async (manager) => {
    for (const to of addresses) await queue.enqueue({ kind: 'password-changed', to, accountId: null }, manager);
  });
}

const left = async (): Promise<number> =>
  (await database.query('SELECT count(*)::int AS left FROM gatehouse.mails'))[0].left;

it('a mail survives kill -9 between the request and the sending, while the mail server is down, and arrives once', async () => {
  await server.stop();
  const service = await start(env);
  const addresses = Array.from({ length: 20 }, (_, index) => `person${String(index).padStart(2, '0')}@example.com`);
  await enqueue(...addresses);
  await vi.waitFor(
    async () => expect(await database.query('SELECT FROM gatehouse.mails WHERE attempts > 0')).not.toEqual([]),
    { interval: 20, timeout: 20_000 },
  );
  await service.stop('SIGKILL');
  expect(await left()).toBe(20);
  // What the process had in its hands belongs to it for two minutes.
  await database.query('UPDATE gatehouse.mails SET claimed_until = now() WHERE claimed_until IS NOT NULL');
  await server.start();
  await start(env);
  await server.mails(20);
  await vi.waitFor(async () => expect(await left()).toBe(0), { interval: 50, timeout: 20_000 });
  expect(server.received.map(({ to }) => to[0]).toSorted()).toEqual(addresses);
});

it('a mail that the mail server has, when the process dies before it knows, comes again from another instance under the same Message-ID', async () => {
  const one = await start(env);
  let answer: () => void = () => undefined;
  server.behaviour.before = () => new Promise((resolve) => (answer = resolve));
  await enqueue('maria@example.com');
  await server.until(() => server.seen === 1);
  server.behaviour.before = undefined;
  // It leaves alone what the first one has.
  await start(env);
  expect(server.seen).toBe(1);
  await one.stop('SIGKILL');
  answer();
  await server.mails(1);
  await database.query('UPDATE gatehouse.mails SET claimed_until = now()');
  await server.mails(2);
  expect(server.received[1]!.messageId).toBe(server.received[0]!.messageId);
  await vi.waitFor(async () => expect(await left()).toBe(0), { interval: 50, timeout: 20_000 });
  expect(server.received).toHaveLength(2);
});

it('a mail server that takes the connection and says nothing is given up after ten seconds', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  );
  await once(silent, 'listening');
  const mailer = new SmtpMailer(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  cleanUp.push(async () => {
    mailer.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const message = { messageId: '<1@example.com>', from: 'a@example.com', to: 'b@example.com' };
  const sent = mailer.send({ ...message, subject: 'A mail', text: 'Text', html: '<p>HTML</p>' });
  await expect(sent).rejects.toThrow(/Greeting never received/);
});
