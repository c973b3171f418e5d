import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { BerReader } from 'ldapts';

/** A directory server, and how to speak to it. */
export interface LdapServer {
  readonly host: string;
  readonly port: number;
  /** `tls` from the start (`ldaps://`), by `starttls` (RFC 4511 §4.14), or `none`. */
  readonly encryption: 'tls' | 'starttls' | 'none';
  /** Certificates (PEM) of the authorities that may have signed the server's. Undefined: those that Node knows. */
  readonly ca?: string | undefined;
}

/** LDAPMessage { 1, ExtendedRequest { 1.3.6.1.4.1.1466.20037 } } */
const START_TLS = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
  Buffer.from('1.3.6.1.4.1.1466.20037'),
]);
const EXTENDED_RESPONSE = 0x78;
/** The answer to it is a few bytes; a server may add a sentence. */
const LONGEST_ANSWER = 4_096;

/**
 * A connection to the server, encrypted as asked, with a certificate that was checked. StartTLS is done here, and not by
 * ldapts, so that nothing that came before the encryption can be taken for an answer after it.
 *
 * @throws Error, when the server can't be reached, or doesn't prove to be the one
 */
export async function connectTo(server: LdapServer, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const plain = connect({ host: server.host, port: server.port, noDelay: true });
  // It may break at any time; whoever waits for it hears it otherwise.
  plain.on('error', () => undefined);
  const stop = (): void => void plain.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await once(plain, 'connect', { signal });
    if (server.encryption === 'none') return plain;
    if (server.encryption === 'starttls') await startTls(plain);
    return await encrypted(plain, server, signal);
  } catch (error) {
    plain.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function encrypted(plain: Socket, { host, ca }: LdapServer, signal: AbortSignal): Promise<Socket> {
  const secure = connectTls({
    socket: plain,
    host,
    // RFC 6066 §3: an address is no server name. The certificate is checked against it all the same.
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  // As above: what ends a handshake that was given up has nobody else to hear it, and would end the process.
  secure.on('error', () => undefined);
  const broken = new Promise<never>((_, reject) => {
    plain.once('close', () => reject(new Error('The connection was closed during the TLS handshake.')));
  });
  broken.catch(() => undefined);
  await Promise.race([once(secure, 'secureConnect', { signal }), broken]);
  return secure;
}

async function startTls(plain: Socket): Promise<void> {
  plain.write(START_TLS);
  requireSuccess(await firstAnswer(plain));
}

/** All that has arrived when an answer is whole. */
function firstAnswer(plain: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let answer: Buffer = Buffer.alloc(0);
    plain.once('close', () => reject(new Error('The server closed the connection instead of starting TLS.')));
    plain.on('data', function take(bytes: Buffer): void {
      answer = Buffer.concat([answer, bytes]);
      try {
        if (!isWhole(answer)) return;
        plain.off('data', take).pause();
        resolve(answer);
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

function isWhole(bytes: Buffer): boolean {
  if (bytes.length > LONGEST_ANSWER) throw new Error('The server’s answer to StartTLS is too long.');
  const reader = new BerReader(bytes);
  return reader.readSequence(0x30) !== null && reader.remain >= reader.length;
}

/** Exactly one answer, to this request, that says yes: what comes with it may have been put there by somebody else. */
function requireSuccess(answer: Buffer): void {
  const reader = new BerReader(answer);
  reader.readSequence(0x30);
  const isAlone = reader.remain === reader.length;
  const isOurs = reader.readInt() === 1 && reader.readSequence(EXTENDED_RESPONSE) !== null;
  const code = isOurs ? reader.readEnumeration() : null;
  if (!isAlone || code === null) throw new Error('The server’s answer to StartTLS can’t be understood.');
  if (code !== 0) throw new Error(`The server refuses StartTLS (result code ${code}).`);
}
