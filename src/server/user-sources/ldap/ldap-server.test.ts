import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTo } from './ldap-server.js';

/** What a server says to StartTLS: yes. */
const YES = Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00]);
const NO = Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0a, 0x01, 0x34, 0x04, 0x00, 0x04, 0x00]);
/** The beginning of a bind response that says yes, into which what comes encrypted would be read as its text. */
const INJECTED = Buffer.from([0x30, 0x7f, 0x02, 0x01, 0x02, 0x61, 0x7a, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x73]);

describe('RFC 4511 §4.14: StartTLS', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  /** A server that answers the first request with these bytes, and says nothing more. */
  async function connectToOneThatSays(...pieces: Buffer[]): Promise<unknown> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        for (const piece of pieces) socket.write(piece);
        if (pieces.length === 0) socket.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return connectTo({ host: '127.0.0.1', port, encryption: 'starttls' }, AbortSignal.timeout(1_000));
  }

  it('bytes that come with the answer, before the encryption, are refused', async () => {
    await expect(connectToOneThatSays(Buffer.concat([YES, INJECTED]))).rejects.toThrow(/can’t be understood/);
  });

  it('a server that refuses it is not spoken to without', async () => {
    await expect(connectToOneThatSays(NO)).rejects.toThrow(/refuses StartTLS \(result code 52\)/);
  });

  it('a server that hangs up, or speaks something else, is none', async () => {
    await expect(connectToOneThatSays()).rejects.toThrow(/closed the connection/);
    await expect(connectToOneThatSays(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).rejects.toThrow(
      /Expected 0x30/,
    );
    await expect(connectToOneThatSays(Buffer.alloc(10_000, 0x30))).rejects.toThrow(/too long/);
  });

  it('a server that says yes and then nothing keeps nobody for longer than the limit', async () => {
    await expect(connectToOneThatSays(YES)).rejects.toThrow(/timeout/);
    await expect(connectToOneThatSays(YES.subarray(0, 5))).rejects.toThrow(/timeout/);
  });
});
