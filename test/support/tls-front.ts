import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { makeCertificate } from './certificate.js';

/** What ends TLS in front of a service that speaks HTTP. */
export interface TlsFront {
  /** Its address. */
  readonly url: string;
  /** Its certificate, which nobody knows who isn't handed it. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** Starts one on a port of its own, with a certificate of its own, in front of a port of this machine. */
export async function startTlsFront(port: number): Promise<TlsFront> {
  const { key, certificate } = await makeCertificate();
  const sockets = new Set<Socket>();
  const server = createServer({ key, cert: certificate }, (outer) => {
    const inner = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
