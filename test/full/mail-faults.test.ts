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

const nothingLeft = (): Promise<void> =>
  vi.waitFor(async () => expect(await left()).toBe(0), { interval: 50, timeout: 60_000 });

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
  await server.start();
  // What the other had in its hands is anybody’s after 20 seconds.
  await start(env);
  await server.mails(20);
  await nothingLeft();
  expect(server.received.map(({ to }) => to[0]).toSorted()).toEqual(addresses);
});

it('a mail that the mail server has, when the process dies before it knows, comes again from another instance under the same Message-ID', async () => {
  const one = await start(env);
  let answer: () => void = () => undefined;
  server.behaviour.before = () => new Promise((resolve) => (answer = resolve));
  await enqueue('maria@example.com');
  await server.until(() => server.seen === 1);
  server.behaviour.before = undefined;
  // It leaves alone what the first one has, and the first one says in time that it still has it.
  await start(env);
  const claimed = async (): Promise<number> =>
    (await database.query('SELECT extract(epoch FROM claimed_until)::float AS until FROM gatehouse.mails'))[0].until;
  const before = await claimed();
  await vi.waitFor(async () => expect(await claimed()).toBeGreaterThan(before + 3), { interval: 50, timeout: 20_000 });
  expect(server.seen).toBe(1);
  await one.stop('SIGKILL');
  answer();
  await server.mails(1);
  await database.query('UPDATE gatehouse.mails SET claimed_until = now()');
  await server.mails(2);
  expect(server.received[1]!.messageId).toBe(server.received[0]!.messageId);
  await nothingLeft();
  expect(server.received).toHaveLength(2);
});

it('a mail that the mail server has, when the connection breaks before that is noted, isn’t sent again', async () => {
  await start(env);
  const holder = database.createQueryRunner();
  server.behaviour.before = async () => {
    await holder.startTransaction();
    await holder.query('SELECT FROM gatehouse.mails FOR UPDATE');
  };
  await enqueue('maria@example.com');
  await server.mails(1);
  server.behaviour.before = undefined;
  const broken = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM gatehouse.mails%'`;
  await vi.waitFor(async () => expect(await database.query(broken)).toHaveLength(1), { interval: 20, timeout: 20_000 });
  await holder.rollbackTransaction();
  await holder.release();
  expect(await left()).toBe(1);
  await nothingLeft();
  expect(server.received).toHaveLength(1);
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
