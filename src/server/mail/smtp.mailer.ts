import { createTransport, type NodemailerError, type Transporter } from 'nodemailer';
import { isLoopback } from '../loopback.js';
import { MailRefusedError, type Mailer, type MailMessage } from './mailer.js';
import { nodemailerMessage } from './nodemailer-message.js';

/** Milliseconds. */
const LONGEST_CONNECT = 10_000;
const LONGEST_SILENCE = 20_000;
const LONGEST_SEND = 50_000;
const LONGEST_IDLE = 10_000;

/** Few, since many servers take few from one place. */
const CONNECTIONS = 3;
const MAILS_A_CONNECTION = 50;

/** What a connection may be told beside its address. */
export interface SmtpOptions {
  /** PEM of those whose certificates are good, instead of those that Node knows. */
  readonly ca?: string | undefined;
}

/**
 * Sends by a server of the organisation's own, or of a provider. TLS always, with a certificate that is verified: from the
 * start (`smtps:`) or by STARTTLS (`smtp:`), but for a server on this machine, which may do without.
 */
export class SmtpMailer implements Mailer {
  private readonly transport: Transporter;
  private readonly password: string | undefined;

  /** @param url such as `smtp://user:password@host:587` */
  constructor(url: string, { ca }: SmtpOptions = {}) {
    const { protocol, hostname, port, username, password } = new URL(url);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const secure = protocol === 'smtps:';
    this.password = password === '' ? undefined : decodeURIComponent(password);
    this.transport = createTransport({
      host,
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      requireTLS: !secure && !isLoopback(host),
      ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: this.password ?? '' } }),
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
      connectionTimeout: LONGEST_CONNECT,
      greetingTimeout: LONGEST_CONNECT,
      dnsTimeout: LONGEST_CONNECT,
      socketTimeout: LONGEST_SILENCE,
      pool: true,
      maxConnections: CONNECTIONS,
      maxMessages: MAILS_A_CONNECTION,
      idleTimeout: LONGEST_IDLE,
      // Another connection, for one that the server had closed before the mail began.
      maxRequeues: 1,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Answers what the server said. */
  async send(message: MailMessage): Promise<string> {
    try {
      const { response } = await this.transport.sendMail({
        ...nodemailerMessage(message),
        signal: AbortSignal.timeout(LONGEST_SEND),
      });
      return response ?? '';
    } catch (error) {
      throw this.told(error as NodemailerError);
    }
  }

  close(): void {
    this.transport.close({ force: true });
  }

  /** Refused for good is what the server says of the recipient. What it says of us, the operator can mend. */
  private told(error: NodemailerError): Error {
    const said = error.message || String(error.code);
    const message = this.password ? said.replaceAll(this.password, '…') : said;
    const isRefused =
      (error.command === 'RCPT TO' && error.permanent === true) ||
      // An address that can't be said to a server.
      (error.code === 'EENVELOPE' && error.command === 'API');
    return new (isRefused ? MailRefusedError : Error)(message);
  }
}
