import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AccountLinks } from '../src/server/account-links/account-links.js';
import { MailDelivery } from '../src/server/mail/mail-delivery.js';
import { MailQueue } from '../src/server/mail/mail-queue.js';
import type { Mail, MailKind } from '../src/server/mail/mail.js';
import { Sweeper } from '../src/server/sweeping/sweeper.js';
import { command } from './support/command-line.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { MailServer } from './support/mail-server.js';

const server = new MailServer();
let service: TestEnvironment;
let other: TestEnvironment;
let maria: string;
beforeAll(async () => {
  await server.start();
  const env = { SMTP_URL: server.url(), MAIL_FROM: 'Gate house <gate@example.com>', MAIL_RETRY_DELAY: '1s' };
  service = await createTestEnvironment({ env });
  other = await createTestEnvironment({ env, databaseUrl: service.settings.databaseUrl! });
  const [row] = await sql<{ id: string }>(
    `UPDATE gatehouse.accounts SET email = 'maria@example.com', email_key = 'maria@example.com' WHERE username = 'maria' RETURNING id`,
  );
  maria = row!.id;
});
afterAll(async () => {
  await other.close();
  await service.close();
  await server.stop();
});
afterEach(async () => {
  await nothingLeft();
  await sql('DELETE FROM gatehouse.mail_counts');
  server.behaviour.before = server.behaviour.refuseMail = server.behaviour.refuseRecipient = undefined;
  server.received.length = 0;
});

/** What is under way is waited for, or it would arrive in the next test. */
async function nothingLeft(): Promise<void> {
  const left = async (): Promise<unknown> => {
    await sql('DELETE FROM gatehouse.mails WHERE claimed_until IS NULL');
    return rows();
  };
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
}

/** Rows, also of statements that change some. */
async function sql<Row>(text: string, values?: unknown[]): Promise<Row[]> {
  const answer = await service.database.query<Row[] | [Row[], number]>(text, values);
  return /^(UPDATE|DELETE)/.test(text) ? (answer as [Row[], number])[0] : (answer as Row[]);
}

const mail = (over: Partial<Mail> = {}): Mail => ({
  kind: 'password-changed',
  to: 'maria@example.com',
  accountId: maria,
  ...over,
});

async function enqueue(...mails: Mail[]): Promise<void> {
  await service.database.transaction(async (manager) => {
    for (const one of mails) await service.app.get(MailQueue, { strict: false }).enqueue(one, manager);
  });
}

interface MailRow {
  readonly id: string;
  readonly recipient: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly given_up_at: Date | null;
  readonly delay: number;
}
const rows = (): Promise<MailRow[]> =>
  sql('SELECT *, round(extract(epoch FROM due_at - now()))::int AS delay FROM gatehouse.mails ORDER BY created_at, id');

async function nothingWaits(): Promise<void> {
  await expect.poll(rows, { timeout: 30_000 }).toEqual([]);
}
const addresses = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}@example.com`);

describe('a mail that was queued', () => {
  it('is sent when that is committed, from MAIL_FROM, with a Message-ID that is its id', async () => {
    await service.database.transaction(async (manager) => {
      await service.app.get(MailQueue, { strict: false }).enqueue(mail(), manager);
      expect(server.received).toEqual([]);
    });
    const [received] = await server.mails(1);
    expect(received).toMatchObject({
      from: 'gate@example.com',
      to: ['maria@example.com'],
      subject: 'Your password has been changed',
      text: expect.stringMatching(/^Hello Maria\b.*,\n\nThe password of your account maria at gatehouse\.test was/),
      html: expect.stringContaining('<p'),
      messageId: expect.stringMatching(/^<[0-9a-f-]{36}@example\.com>$/),
    });
    expect(received!.headers).toContainEqual(['from', 'Gate house <gate@example.com>']);
    expect(received!.headers).toContainEqual(['auto-submitted', 'auto-generated']);
    await nothingWaits();
  });

  it('is not there when that is rolled back', async () => {
    await expect(
      service.database.transaction(async (manager) => {
        await service.app.get(MailQueue, { strict: false }).enqueue(mail(), manager);
        throw new Error('Not after all');
      }),
    ).rejects.toThrow('Not after all');
    await enqueue(mail({ to: 'frank@example.com', accountId: null }));
    const received = await server.mails(1);
    expect(received.map(({ to }) => to[0])).toEqual(['frank@example.com']);
  });

  it('is sent once, whatever the number of instances', async () => {
    const many = addresses(40, 'once');
    await enqueue(...many.map((to) => mail({ to, accountId: null })));
    other.app.get(MailDelivery, { strict: false }).wake();
    await server.mails(40);
    await nothingWaits();
    expect(server.received.map(({ to }) => to[0]).toSorted()).toEqual(many.toSorted());
    const { sent } = other.app.get(MailDelivery, { strict: false }).counts;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(40);
  });

  it('goes at most five times an hour to one address, however that is spelt, for each kind', async () => {
    const spellings = ['maria@example.com', 'Maria@Example.com', 'ＭＡＲＩＡ@example.com'];
    for (let round = 0; round < 7; round++) await enqueue(mail({ to: spellings[round % 3]! }));
    await enqueue(mail({ kind: 'email-changed' }));
    await enqueue(mail({ to: 'frank@example.com' }));
    await nothingWaits();
    const subjects = server.received.map(({ to, subject }) => `${to[0]} ${subject}`);
    expect(subjects.filter((one) => /maria.*password/i.test(one.normalize('NFKC')))).toHaveLength(5);
    expect(server.received).toHaveLength(7);
    await sql(`UPDATE gatehouse.mail_counts SET enqueued_at[1] = now() - interval '61 minutes'`);
    await enqueue(mail());
    await enqueue(mail());
    await nothingWaits();
    expect(server.received).toHaveLength(8);
  });

  it('doesn’t count when it was rolled back', async () => {
    const queue = service.app.get(MailQueue, { strict: false });
    for (let round = 0; round < 6; round++) {
      await service.database
        .transaction(async (manager) => {
          await queue.enqueue(mail(), manager);
          throw new Error('Not after all');
        })
        .catch(() => undefined);
    }
    await enqueue(mail());
    await server.mails(1);
  });
});

describe('a mail with a link', () => {
  it('gets it when it is sent: it isn’t in the database', async () => {
    server.behaviour.refuseMail = () => '451 Not now';
    await enqueue(mail({ kind: 'reset-password' }));
    await expect.poll(async () => (await rows())[0]?.last_error).toMatch('Not now');
    expect(JSON.stringify(await rows())).not.toMatch(/token|http/);
    server.behaviour.refuseMail = undefined;
    const [received] = await server.mails(1);
    const link = /^http:\/\/gatehouse\.test\/reset-password\?token=([\w-]+)$/m.exec(received!.text);
    expect(received!.html).toContain(`href="${link![0]}"`);
    const links = service.app.get(AccountLinks, { strict: false });
    expect(await links.whose('reset-password', link![1]!, service.database)).toBeDefined();
  });

  it('is dropped where there is nothing to link to any more', async () => {
    const dropped: Mail[] = [
      mail({ kind: 'reset-password', to: 'former@example.com' }),
      mail({ kind: 'reset-password', accountId: null }),
      mail({ kind: 'verify-email' }),
    ];
    await enqueue(...dropped, mail({ kind: 'invitation' }));
    await nothingWaits();
    expect(server.received.map(({ subject }) => subject)).toEqual(['Your account at gatehouse.test']);
    expect(service.log.join('') + other.log.join('')).toContain('is about nothing any more');
  });
});

describe('what people chose', () => {
  it('adds no header, no line and no HTML to a mail', async () => {
    const name = 'Mary\r\nBcc: all@example.com\r\n\r\n<b>Hello</b>\u2028Line';
    await sql(`UPDATE gatehouse.accounts SET name = $1 WHERE id = $2`, [name, maria]);
    try {
      const newEmail = 'x@example.com\r\nSubject: Forged';
      await enqueue(mail({ kind: 'email-changed', data: { newEmail } }));
      const [received] = await server.mails(1);
      const names = received!.headers.map(([header]) => header);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain('bcc');
      expect(received!.subject).toBe('Your mail address has been changed');
      expect(received!.to).toEqual(['maria@example.com']);
      expect(received!.text).toMatch(/^Hello Mary Bcc: all@example\.com <b>Hello<\/b> Line,\n\n/);
      expect(received!.text).toContain('to x@example.com Subject: Forged.');
      expect(received!.html).toContain('&lt;b&gt;Hello&lt;/b&gt;');
      expect(received!.html).not.toContain('<b>');
    } finally {
      await sql(`UPDATE gatehouse.accounts SET name = 'Maria' WHERE id = $1`, [maria]);
    }
  });

  it.each([
    'maria@example.com\r\nBcc: all@example.com',
    'maria@example.com\n.\r\nQUIT',
    'maria@example.com\u2028x',
    'maria@example.com\0',
    '"a\r\nb"@example.com',
    'a@example.com> SIZE=1 <b@example.com',
    'a@example.com, b@example.com',
    'a@example.com;b@example.com',
    'Anna <a@example.com>',
    'a@b@example.com',
    'maria',
  ])('is refused as an address that isn’t one: %j', async (to) => {
    await expect(enqueue(mail({ to }))).rejects.toMatchObject({ code: 'invalid' });
    expect(await rows()).toEqual([]);
  });

  it('as an address is never read as several', async () => {
    await enqueue(mail({ to: '"a,b"@example.com' }), mail({ to: 'müller+x@example.com' }));
    await nothingWaits();
    expect(server.received.map(({ to }) => to.join(' and ')).toSorted()).toEqual([
      '"a,b"@example.com',
      'müller+x@example.com',
    ]);
  });

  it('isn’t in a mail to an address that nobody has shown to be theirs', async () => {
    await sql(`UPDATE gatehouse.accounts SET is_verified = false, name = 'Buy at evil.example' WHERE id = $1`, [maria]);
    try {
      await enqueue(mail({ kind: 'verify-email' }), mail({ kind: 'already-registered' }));
      await nothingWaits();
      expect(server.received).toHaveLength(2);
      for (const { raw } of server.received) expect(raw).not.toMatch(/evil|account maria|user name maria/);
    } finally {
      await sql(`UPDATE gatehouse.accounts SET is_verified = true, name = 'Maria' WHERE id = $1`, [maria]);
    }
  });

  it('isn’t in a mail to an address that somebody whose own is verified only wishes to have', async () => {
    await sql(
      `UPDATE gatehouse.accounts SET name = 'Buy at evil.example', pending_email = 'victim@example.com' WHERE id = $1`,
      [maria],
    );
    try {
      await enqueue(mail({ kind: 'verify-email', to: 'victim@example.com' }));
      const [received] = await server.mails(1);
      expect(received!.to).toEqual(['victim@example.com']);
      expect(received!.raw).not.toMatch(/evil|account maria/);
    } finally {
      await sql(`UPDATE gatehouse.accounts SET name = 'Maria', pending_email = NULL WHERE id = $1`, [maria]);
    }
  });

  it('isn’t in a mail to an address that isn’t theirs any more when it is sent', async () => {
    await sql(`UPDATE gatehouse.accounts SET name = 'Buy at evil.example' WHERE id = $1`, [maria]);
    try {
      await enqueue(mail({ kind: 'password-changed', to: 'victim@example.com' }));
      const [received] = await server.mails(1);
      expect(received!.raw).not.toMatch(/evil|account maria/);
    } finally {
      await sql(`UPDATE gatehouse.accounts SET name = 'Maria' WHERE id = $1`, [maria]);
    }
  });
});

describe('a mail that can’t be sent', () => {
  it('arrives when the server is back, each', async () => {
    await server.stop();
    const many = addresses(5, 'later');
    await enqueue(...many.map((to) => mail({ to, accountId: null })));
    await expect.poll(async () => (await rows()).filter((row) => row.last_error !== null)).toHaveLength(5);
    expect((await rows())[0]!.last_error).toMatch('ECONNREFUSED');
    await server.start();
    await server.mails(5);
    await nothingWaits();
    expect(server.received.map(({ to }) => to[0]).toSorted()).toEqual(many);
  });

  it('has the same Message-ID each time', async () => {
    let refused = '';
    server.behaviour.refuseMail = (raw) => {
      server.behaviour.refuseMail = undefined;
      refused = raw;
      return '451 4.3.0 Later, please';
    };
    await enqueue(mail());
    const [received] = await server.mails(1);
    expect(refused).toContain(`Message-ID: ${received!.messageId}\r\n`);
  });

  it('waits twice as long each time, and keeps what the server said', async () => {
    server.behaviour.refuseMail = () => '451 4.3.0 Later, please';
    await enqueue(mail());
    await expect.poll(async () => (await rows())[0]?.attempts, { timeout: 20_000 }).toBe(3);
    await expect.poll(async () => (await rows())[0]?.delay).toBeGreaterThan(2);
    expect((await rows())[0]!.last_error).toMatch('451 4.3.0 Later, please');
    expect((await rows())[0]!.given_up_at).toBeNull();
  });

  it('is given up at once when there is no such person', async () => {
    server.behaviour.refuseRecipient = (address) =>
      address.startsWith('nobody') ? '550 5.1.1 No such person' : undefined;
    await enqueue(mail({ to: 'nobody@example.com' }), mail());
    await server.mails(1);
    await expect.poll(rows).toMatchObject([
      {
        recipient: 'nobody@example.com',
        attempts: 1,
        given_up_at: expect.any(Date),
        last_error: expect.stringContaining('550 5.1.1 No such person'),
      },
    ]);
  });

  it('is tried again when it is us whom the server doesn’t want, since that can be mended', async () => {
    server.behaviour.refuseMail = () => '554 5.7.1 Your place is on a list';
    await enqueue(mail());
    await expect.poll(async () => (await rows())[0]?.last_error).toMatch('on a list');
    expect((await rows())[0]!.given_up_at).toBeNull();
  });

  it('is given up after three days', async () => {
    server.behaviour.refuseMail = () => '451 Later, please';
    await sql(
      `INSERT INTO gatehouse.mails (kind, recipient, created_at) VALUES ('password-changed', 'old@example.com', now() - interval '73 hours')`,
    );
    service.app.get(MailDelivery, { strict: false }).wake();
    await expect.poll(async () => (await rows())[0]?.given_up_at).toEqual(expect.any(Date));
  });

  it('leaves no link in the error, though the server repeats it', async () => {
    let link = '';
    server.behaviour.refuseMail = (raw) => {
      link = /token=3D([\w=\r\n-]+)/.exec(raw)![1]!.replaceAll(/=\r\n/g, '').slice(0, 72);
      return `451 ${link} and http://gatehouse.test/reset-password?token=${link} look odd`;
    };
    await enqueue(mail({ kind: 'reset-password' }));
    await expect.poll(async () => (await rows())[0]?.last_error).toMatch('look odd');
    expect(link).toMatch(/^[\w-]{72}$/);
    expect((await rows())[0]!.last_error).not.toContain(link);
    expect(service.log.join('') + other.log.join('')).not.toContain(link);
  });

  it('of an instance that died is sent by another, once its time is over', async () => {
    const claimed = (until: string): Promise<unknown> =>
      sql(
        `INSERT INTO gatehouse.mails (kind, recipient, attempts, claimed_until) VALUES ('password-changed', $1, 1, now() + $2::interval)`,
        [`${until.replaceAll(/\W/g, '')}@example.com`, until],
      );
    await claimed('1 minute');
    await claimed('-1 second');
    service.app.get(MailDelivery, { strict: false }).wake();
    expect((await server.mails(1)).map(({ to }) => to[0])).toEqual(['1second@example.com']);
    await expect.poll(rows).toMatchObject([{ recipient: '1minute@example.com', attempts: 1 }]);
    await sql('DELETE FROM gatehouse.mails');
  });
});

describe('the operator', () => {
  const gatehouse = (...args: string[]) => command(service.settings, args);

  it('sees what waits and what was given up, and has it sent', async () => {
    server.behaviour.refuseRecipient = (address) => (address.startsWith('nobody') ? '550 No such person' : undefined);
    server.behaviour.refuseMail = () => '451 Later, please';
    await enqueue(mail({ to: 'nobody@example.com' }), mail({ kind: 'reset-password' }));
    const states = async (): Promise<unknown[]> =>
      (await gatehouse('mail', 'list', '--json')).json.map(({ to, state, lastError }: Record<string, string>) => [
        to,
        state,
        /(?:45|55)\d [\w ,]+/.exec(lastError ?? '')?.[0],
      ]);
    await expect.poll(states, { timeout: 20_000 }).toEqual(
      expect.arrayContaining([
        ['nobody@example.com', 'given up', '550 No such person'],
        ['maria@example.com', 'waiting', '451 Later, please'],
      ]),
    );
    expect((await gatehouse('mail', 'list', '-q', 'NOBODY')).output).toMatch(/nobody@example\.com .*given up/);
    const metrics = (await service.ask('/metrics', { token: await service.login('admin') })).text;
    expect(metrics).toContain('gatehouse_mails{state="waiting"} 1\n');
    expect(metrics).toContain('gatehouse_mails{state="given_up"} 1\n');
    expect(metrics).toMatch(/gatehouse_mails_failed_total [1-9]/);
    expect((await service.ask('/health/ready')).status).toBe(200);

    server.behaviour.refuseRecipient = server.behaviour.refuseMail = undefined;
    const [{ id }] = (await gatehouse('mail', 'list', '-q', 'nobody', '--json')).json;
    expect(await gatehouse('mail', 'retry', id, '--json')).toMatchObject({ code: 0, json: { retried: 1 } });
    expect((await gatehouse('mail', 'retry', id.replace(/^./, 'f').replace(/.$/, '0'))).code).toBe(3);
    expect((await gatehouse('mail', 'retry', 'nonsense')).code).toBe(2);
    expect((await gatehouse('mail', 'retry')).code).toBe(0);
    await server.mails(2);
    await nothingWaits();
  });

  it('tries out the mail server, and is told what it said', async () => {
    expect(await gatehouse('mail', 'test', 'ops@example.com')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/250 .*taken as 42/),
    });
    expect(server.received).toMatchObject([{ to: ['ops@example.com'], subject: 'A test mail of gatehouse.test' }]);
    server.behaviour.refuseRecipient = () => '550 5.7.1 Who are you?';
    const refused = await gatehouse('mail', 'test', 'ops@example.com');
    expect(refused).toMatchObject({ code: 1, complaints: expect.stringContaining('550 5.7.1 Who are you?') });
    expect((await gatehouse('mail', 'test', 'nonsense')).code).toBe(2);
  });

  it('finds what was given up for a month, and counts of addresses for an hour', async () => {
    await sql(`INSERT INTO gatehouse.mails (kind, recipient, given_up_at)
      VALUES ('password-changed', 'new', now() - interval '29 days'), ('password-changed', 'old', now() - interval '31 days')`);
    await sql(`INSERT INTO gatehouse.mail_counts (kind, recipient_key, enqueued_at)
      VALUES ('x', 'new', ARRAY[now() - interval '2 hours', now() - interval '50 minutes']), ('x', 'old', ARRAY[now() - interval '2 hours'])`);
    await service.app.get(Sweeper, { strict: false }).sweep();
    expect(await rows()).toMatchObject([{ recipient: 'new' }]);
    expect(await sql('SELECT recipient_key FROM gatehouse.mail_counts')).toEqual([{ recipient_key: 'new' }]);
  });
});

it('each kind can be sent', async () => {
  const kinds: MailKind[] = ['already-registered', 'username-taken', 'email-change-requested', 'login-attack'];
  await enqueue(...kinds.map((kind) => mail({ kind })));
  await server.mails(kinds.length);
});
