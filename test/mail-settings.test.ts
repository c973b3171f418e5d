import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderMail, type MailMessage } from '../src/index.js';
import { MailQueue } from '../src/server/mail/mail-queue.js';
import type { Mail } from '../src/server/mail/mail.js';
import { createTestEnvironment } from './support/environment.js';
import { MailServer } from './support/mail-server.js';

const server = new MailServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const mail = (over: Pick<Mail, 'accountId'>): Mail => ({ kind: 'password-changed', to: 'maria@example.com', ...over });

describe('a service of its own', () => {
  it('is sent its last mail before it ends', async () => {
    const ending = await createTestEnvironment({ env: { SMTP_URL: server.url() } });
    let closed: Promise<void> | undefined;
    server.behaviour.before = async () => void (closed = ending.close());
    await ending.database.transaction((manager) =>
      ending.app.get(MailQueue, { strict: false }).enqueue(mail({ accountId: null }), manager),
    );
    await server.mails(1);
    await closed;
    expect(ending.log.join('')).not.toMatch(/could not be sent|Mails wait/);
  });

  it('without SMTP_URL, outside production, has mails written into a folder that only its user can read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-outbox-'));
    const outside = await createTestEnvironment({ env: { DATA_DIR: folder } });
    try {
      await outside.database.transaction((manager) =>
        outside.app.get(MailQueue, { strict: false }).enqueue(mail({ accountId: null }), manager),
      );
      const outbox = join(folder, 'outbox');
      const names = async (): Promise<string[]> =>
        (await readdir(outbox).catch(() => [])).filter((one) => !one.startsWith('.'));
      await expect.poll(names, { timeout: 20_000 }).toHaveLength(1);
      const [name] = await names();
      expect(name).toMatch(/^\d{8}T\d{9}Z-[0-9a-f-]{36}\.eml$/);
      const path = join(outbox, name!);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(outbox)).mode & 0o777).toBe(0o700);
      expect(await readFile(path, 'utf8')).toContain('To: maria@example.com\n');
      await expect.poll(() => outside.log.filter((line) => line.includes(path))).toHaveLength(1);
      expect(outside.log.join('')).not.toContain('Hello');
    } finally {
      await outside.close();
      await rm(folder, { recursive: true });
    }
  });

  it('in production without SMTP_URL says that mails wait, and keeps them', async () => {
    const production = await createTestEnvironment({ env: { NODE_ENV: 'production', BCRYPT_COST: '10', DEMO: 'off' } });
    try {
      await production.database.transaction((manager) =>
        production.app.get(MailQueue, { strict: false }).enqueue(mail({ accountId: null }), manager),
      );
      expect(production.log.join('')).toContain('SMTP_URL is not set: mails, as for a forgotten password, wait');
      expect(await production.database.query('SELECT attempts FROM gatehouse.mails')).toEqual([{ attempts: 0 }]);
    } finally {
      await production.close();
    }
  });

  it.each([
    ['production', {}, true],
    ['production', { MAIL_FROM: 'Gatehouse <gatehouse@example.com>' }, false],
    ['test', {}, false],
  ])('in %s with SMTP_URL and %j says whether the sender is nobody’s: %s', async (mode, env, says) => {
    const told = await createTestEnvironment({
      env: { NODE_ENV: mode, BCRYPT_COST: '10', DEMO: 'off', SMTP_URL: server.url(), ...env },
    });
    try {
      const warning = told.log.filter((line) => line.includes('Set MAIL_FROM to an address of your own domain'));
      expect(warning).toHaveLength(says ? 1 : 0);
    } finally {
      await told.close();
    }
  });

  it('in production without SMTP_URL doesn’t start where anybody may register', async () => {
    const env = { NODE_ENV: 'production', BCRYPT_COST: '10', DEMO: 'off', REGISTRATION: 'open' };
    await expect(createTestEnvironment({ env })).rejects.toThrow(
      'REGISTRATION isn’t closed, which needs mails, and SMTP_URL is not set',
    );
  });

  it('sends by another way, and says other things, where it was given them', async () => {
    const sent: MailMessage[] = [];
    let came: () => void;
    const first = new Promise<void>((resolve) => (came = resolve));
    const own = await createTestEnvironment({
      env: { NODE_ENV: 'production', BCRYPT_COST: '10', DEMO: 'off', REGISTRATION: 'open' },
      mailer: {
        send: async (message) => {
          sent.push(message);
          came();
        },
      },
      mailTemplates: {
        'password-changed': ({ service: place }) =>
          renderMail({ subject: 'Neu\r\nBcc: all', before: [`Kennwort: ${place}`] }),
      },
    });
    try {
      await own.database.transaction((manager) =>
        own.app.get(MailQueue, { strict: false }).enqueue(mail({ accountId: null }), manager),
      );
      await first;
      expect(sent).toMatchObject([
        { subject: 'Neu Bcc: all', text: 'Kennwort: gatehouse.test\n', to: 'maria@example.com' },
      ]);
    } finally {
      await own.close();
    }
  });
});
