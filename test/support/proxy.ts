import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, with which a network can be broken in the ways that networks break. */
export class Proxy {
  private readonly sockets = new Set<Socket>();
  private delay = 0;
  private silent = false;
  /** What is held back, in order; undefined when nothing is. */
  private held: (() => void)[] | undefined;
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

  /** Nothing arrives for now, and nothing is lost. */
  holdBack(): void {
    this.held ??= [];
  }

  /** Everything that was held back arrives at once. */
  flood(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const deliver of held) deliver();
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
    this.flood();
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
    let free = 0;
    const deliver = (bytes: Buffer): void => void (to.writable && to.write(bytes));
    from.on('data', (bytes: Buffer) => {
      if (this.silent) return;
      if (this.held) {
        this.held.push(() => deliver(bytes));
        return;
      }
      // What comes later never overtakes what is still on its way.
      free = Math.max(free, performance.now() + this.delay);
      const wait = free - performance.now();
      if (wait > 0) setTimeout(() => deliver(bytes), wait);
      else deliver(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
