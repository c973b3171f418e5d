import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it came. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** By name in lower case, unfolded. What comes twice is in it twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly subject: string;
  readonly messageId: string;
  /** Decoded. */
  readonly text: string;
  readonly html: string;
  readonly raw: string;
  /** Whether it came over TLS, and who logged in. */
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** How a mail server is to behave; what is left out, it takes. */
export interface MailServerBehaviour {
  /** Refuses a recipient: `550 5.1.1 No such person`. */
  refuseRecipient?: ((address: string) => string | undefined) | undefined;
  /** Refuses a mail when all of it is there. */
  refuseMail?: ((raw: string) => string | undefined) | undefined;
  /** What has to happen before a mail is taken. */
  before?: (() => Promise<void>) | undefined;
}

/** A real mail server on this machine, that keeps what it gets. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  readonly behaviour: MailServerBehaviour = {};
  /** Mails of which it has all, taken or not. */
  seen = 0;
  private server: SMTPServer | undefined;
  private port = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: SMTPServerOptions = {}) {}

  /** Its port is the same each time. */
  async start(): Promise<this> {
    this.server = new SMTPServer({
      // Without a certificate of its own it would bring one along.
      disabledCommands: this.options.key ? [] : ['STARTTLS'],
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 100,
      onRcptTo: ({ address }, _session, done) => done(refusal(this.behaviour.refuseRecipient?.(address))),
      onAuth: ({ username, password }, _session, done) =>
        done(null, password === 'right' ? { user: username } : { message: 'Wrong user name or password' }),
      onData: (stream, session, done) => void this.take(stream, session as never, done),
      ...this.options,
    });
    // A connection that broke is nothing to die of.
    this.server.on('error', () => undefined);
    const listening = this.server.listen(this.port, '127.0.0.1') as unknown as Server;
    if (!listening.listening) await once(listening, 'listening');
    this.port = (listening.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(resolve));
  }

  /** Its address, with a user if there is one. */
  url(scheme = 'smtp', { user, host = '127.0.0.1' }: { user?: string; host?: string } = {}): string {
    return `${scheme}://${user === undefined ? '' : `${user}@`}${host}:${this.port}`;
  }

  /** When so many have come. */
  async mails(count: number): Promise<readonly ReceivedMail[]> {
    await this.until(() => this.received.length >= count);
    return this.received;
  }

  /** When this holds; looked at whenever a mail comes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
      });
    }
  }

  private async take(
    stream: Readable,
    session: SessionOf,
    done: (refused: Error | null, words: string) => void,
  ): Promise<void> {
    const raw = await text(stream);
    this.seen++;
    this.tell();
    await this.behaviour.before?.();
    const refused = refusal(this.behaviour.refuseMail?.(raw));
    if (!refused) this.received.push(read(raw, session));
    // Answered first: whoever sees the mail here may end the connection.
    done(refused, 'taken as 42');
    this.tell();
  }

  private tell(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

function refusal(words: string | undefined): Error | null {
  if (words === undefined) return null;
  return Object.assign(new Error(words.slice(4)), { responseCode: Number(words.slice(0, 3)) });
}

interface SessionOf {
  readonly envelope: {
    readonly mailFrom: { readonly address: string };
    readonly rcptTo: { readonly address: string }[];
  };
  readonly secure: boolean;
  readonly user?: string;
}

function read(raw: string, { envelope, secure, user }: SessionOf): ReceivedMail {
  const { headers, body } = part(raw);
  const value = (name: string): string => headers.find(([one]) => one === name)?.[1] ?? '';
  const boundary = /boundary="([^"]+)"/.exec(value('content-type'))![1]!;
  const [plain, html] = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((one) => content(part(one.replace(/^\r\n/, ''))));
  return {
    from: envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    headers,
    subject: value('subject').replaceAll(/=\?utf-8\?q\?(.*?)\?=\s*/gi, (_, word: string) =>
      quotedPrintable(word.replaceAll('_', ' ')),
    ),
    messageId: value('message-id'),
    text: plain!,
    html: html!,
    raw,
    secure,
    user,
  };
}

interface Part {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

function part(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { headers, body: raw.slice(end + 4) };
}

function content({ headers, body }: Part): string {
  const encoding = headers.find(([name]) => name === 'content-transfer-encoding')?.[1];
  const decoded =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? quotedPrintable(body.replaceAll('=\r\n', ''))
        : body;
  return decoded.replaceAll('\r\n', '\n').trimEnd();
}

function quotedPrintable(encoded: string): string {
  const bytes = encoded.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
