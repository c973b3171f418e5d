import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, with which a network can be broken in the ways that networks break. */
export class Proxy {
  private readonly sockets = new Set<Socket>();
  private delay = 0;
  private silent = false;
  private readonly server = createServer((inner) => this.join(inner));

  private constructor(private readonly target: { host: string; port: number }) {}

  static async start(target: { host: string; port: number }): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Everything, in both directions, arrives this much later. Milliseconds. */
  delayBy(milliseconds: number): void {
    this.delay = milliseconds;
  }

  /** Nothing arrives any more, and nobody is told. */
  goSilent(): void {
    this.silent = true;
  }

  /** Nothing arrives any more on the connections that there are, and nobody is told; new ones work, as after a failover. */
  strand(): void {
    for (const socket of this.sockets) socket.removeAllListeners('data').resume();
  }

  /** All connections break; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** As at the beginning. Connections that hung are broken. */
  heal(): void {
    if (this.silent) this.cut();
    this.silent = false;
    this.delay = 0;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private join(inner: Socket): void {
    const outer = connect(this.target);
    this.pass(inner, outer);
    this.pass(outer, inner);
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (bytes) => {
      if (this.silent) return;
      if (this.delay > 0) setTimeout(() => to.writable && to.write(bytes), this.delay);
      else to.write(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
