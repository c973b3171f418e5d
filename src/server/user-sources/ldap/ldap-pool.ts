import { isRefusal, type LdapConnection } from './ldap-connection.js';

/** Milliseconds. Firewalls forget connections on which nothing happens, and tell nobody. */
const IDLE = 60_000;

/** A few connections for searches, used by one at a time each. */
export class LdapPool {
  private readonly idle = new Map<LdapConnection, NodeJS.Timeout>();
  private readonly waiting: (() => void)[] = [];
  private inUse = 0;
  private closed = false;

  /**
   * @param open makes a connection on which the service has proved who it is
   * @param size how many there are at most
   */
  constructor(
    private readonly open: (signal: AbortSignal) => Promise<LdapConnection>,
    private readonly size: number,
  ) {}

  /**
   * Does it on a connection. If it was an old one that broke, as when the server was restarted, it is done once more on a
   * new one.
   *
   * @throws whatever `work` throws; the reason of `signal`
   */
  async use<Result>(
    signal: AbortSignal,
    work: (connection: LdapConnection, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    await this.enter(signal);
    try {
      const old = this.takeIdle();
      if (old) {
        try {
          return await this.on(old, signal, work);
        } catch (error) {
          if (isRefusal(error) || signal.aborted) throw error;
        }
      }
      return await this.on(await this.open(signal), signal, work);
    } finally {
      this.inUse--;
      this.waiting.shift()?.();
    }
  }

  close(): void {
    this.closed = true;
    for (const connection of this.idle.keys()) this.drop(connection);
  }

  private async on<Result>(
    connection: LdapConnection,
    signal: AbortSignal,
    work: (connection: LdapConnection, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await work(connection, signal);
      this.keep(connection);
      return result;
    } catch (error) {
      if (isRefusal(error)) this.keep(connection);
      else connection.close();
      throw error;
    }
  }

  /** Waits until there are fewer in use than there may be. */
  private async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.inUse >= this.size) {
      await new Promise<void>((resolve, reject) => {
        const giveUp = (): void => {
          this.waiting.splice(this.waiting.indexOf(go), 1);
          reject(signal.reason as Error);
        };
        const go = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        this.waiting.push(go);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    }
    this.inUse++;
  }

  private takeIdle(): LdapConnection | undefined {
    for (const [connection, timer] of this.idle) {
      clearTimeout(timer);
      this.idle.delete(connection);
      if (connection.isOpen) return connection;
    }
    return undefined;
  }

  private keep(connection: LdapConnection): void {
    if (this.closed || !connection.isOpen) {
      connection.close();
      return;
    }
    this.idle.set(connection, setTimeout(() => this.drop(connection), IDLE).unref());
  }

  private drop(connection: LdapConnection): void {
    clearTimeout(this.idle.get(connection));
    this.idle.delete(connection);
    connection.close();
  }
}
