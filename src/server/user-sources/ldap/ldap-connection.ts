import { Client, ResultCodeError, type Entry, type SearchOptions } from 'ldapts';
import { connectTo, type LdapServer } from './ldap-server.js';

/** The server has answered, and the answer is no: that says nothing against the connection. */
export function isRefusal(error: unknown): error is ResultCodeError {
  return error instanceof ResultCodeError;
}

/**
 * One connection to a directory. It is never opened anew behind the back of who uses it: what is asked afterwards would
 * go out as nobody, and unencrypted.
 */
export class LdapConnection {
  private constructor(
    private readonly client: Client,
    private readonly socket: { readonly destroyed: boolean; destroy(reason?: Error): void },
  ) {}

  /** @throws Error, when the server can't be reached, or doesn't prove to be the one */
  static async open(server: LdapServer, signal: AbortSignal): Promise<LdapConnection> {
    const socket = await connectTo(server, signal);
    let isTaken = false;
    const client = new Client({
      url: 'ldap://connected',
      createConnection: () => {
        if (isTaken || socket.destroyed) throw new Error('The connection to the directory is closed.');
        isTaken = true;
        return socket;
      },
    });
    return new LdapConnection(client, socket);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /**
   * Proves to be somebody (RFC 4513 §5.1.3). Without a password it isn't asked: many servers take that for an anonymous
   * bind, and say yes (RFC 4513 §5.1.2).
   *
   * @throws Error; one that {@link isRefusal} when the server says no
   */
  async bind(dn: string, password: string, signal: AbortSignal): Promise<void> {
    if (dn === '' || password === '') throw new Error('Nobody binds without a name and a password.');
    await this.within(signal, () => this.client.bind(dn, password));
  }

  /** @throws Error; one that {@link isRefusal} when the server says no */
  async search(base: string, options: SearchOptions, signal: AbortSignal): Promise<Entry[]> {
    const { searchEntries } = await this.within(signal, () => this.client.search(base, options));
    return searchEntries;
  }

  close(): void {
    this.socket.destroy();
  }

  /** What is given up ends the connection: its answer may still come, and nobody would know to what. */
  private async within<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const stop = (): void => this.socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
