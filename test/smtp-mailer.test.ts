import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SmtpMailer, type MailMessage, type SmtpOptions } from '../src/index.js';
import { makeCertificate } from './support/certificate.js';
import { MailServer } from './support/mail-server.js';

const message: MailMessage = {
  messageId: '<1@example.com>',
  from: 'gate@example.com',
  to: 'maria@example.com',
  subject: 'A mail',
  text: 'Text',
  html: '<p>HTML</p>',
};

let tls: { key: string; cert: string };
beforeAll(async () => {
  const { key, certificate } = await makeCertificate();
  tls = { key, cert: certificate };
});

/** Undone after each test, the last first. */
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

async function serverWith(options: ConstructorParameters<typeof MailServer>[0]): Promise<MailServer> {
  const server = await new MailServer(options).start();
  undo.push(() => server.stop());
  return server;
}

function mailer(url: string, options?: SmtpOptions): SmtpMailer {
  const made = new SmtpMailer(url, options);
  undo.push(() => made.close());
  return made;
}

describe('SMTP', () => {
  it('goes over TLS by STARTTLS (RFC 3207) where the server offers it, and logs in there', async () => {
    const server = await serverWith({ ...tls, authOptional: false });
    await mailer(server.url('smtp', { user: 'gate%40example.com:right' }), { ca: tls.cert }).send(message);
    expect(server.received).toMatchObject([{ secure: true, user: 'gate@example.com', messageId: '<1@example.com>' }]);
  });

  it('goes over TLS from the start with smtps (RFC 8314 §3.3)', async () => {
    const server = await serverWith({ ...tls, secure: true });
    expect(await mailer(server.url('smtps'), { ca: tls.cert }).send(message)).toContain('taken as 42');
    expect(server.received).toMatchObject([{ secure: true }]);
  });

  it.each([
    ['STARTTLS', 'smtp', {}],
    ['smtps', 'smtps', { secure: true }],
  ])('doesn’t talk by %s to a server whose certificate nobody knows', async (_, scheme, options) => {
    const server = await serverWith({ ...tls, ...options });
    await expect(mailer(server.url(scheme)).send(message)).rejects.toThrow(/self-signed certificate/);
    expect(server.seen).toBe(0);
  });

  it('doesn’t talk to a server elsewhere that offers no TLS', async () => {
    const server = await serverWith({});
    // Reaches this machine too, and isn't among its names for itself.
    const elsewhere = mailer(server.url('smtp', { host: '0.0.0.0', user: 'gate:right' }));
    await expect(elsewhere.send(message)).rejects.toThrow(/STARTTLS/);
    expect(server.seen).toBe(0);
  });

  it('talks in plain to a server on this machine that offers no TLS', async () => {
    const server = await serverWith({});
    await mailer(server.url()).send(message);
    expect(server.received).toMatchObject([{ secure: false }]);
  });

  it('doesn’t repeat its password in an error', async () => {
    const server = await serverWith({
      ...tls,
      onAuth: ({ password }, _session, done) => done(null, { message: `Not ${password}` }),
    });
    const sent = mailer(server.url('smtp', { user: 'gate:p%40ssw%2Frd' }), { ca: tls.cert }).send(message);
    await expect(sent).rejects.toThrow(/535 Not …/);
  });

  it('gives a refusal for good another name than one that may end', async () => {
    const server = await serverWith({});
    const send = (words: string): Promise<unknown> => {
      server.behaviour.refuseRecipient = () => words;
      return mailer(server.url()).send(message);
    };
    await expect(send('550 No such person')).rejects.toMatchObject({ name: 'MailRefusedError' });
    await expect(send('451 Try later')).rejects.toMatchObject({ name: 'Error' });
  });

  it('sends many over few connections', async () => {
    const connections = new Set<string>();
    let most = 0;
    const server = await serverWith({
      onConnect: ({ id }, done) => {
        connections.add(id);
        most = Math.max(most, connections.size);
        done();
      },
      onClose: ({ id }) => void connections.delete(id),
    });
    const one = mailer(server.url());
    await Promise.all(Array.from({ length: 20 }, () => one.send(message)));
    expect(server.received).toHaveLength(20);
    expect(most).toBeLessThanOrEqual(3);
  });
});
