import { chmod, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { OpenDatabase } from '../database/open-database.js';
import { SETTINGS } from '../settings.token.js';
import { consoleAddress, makeConsoleFolder, type ConsoleAddress } from './console-address.js';
import { operator, type Progress } from './console-command.js';
import { ConsoleCommands } from './console-commands.js';
import { ConsoleError } from './console-error.js';
import { unframed } from './console-input.js';
import { LONGEST_REQUEST, type ConsoleReply, type ConsoleRequest } from './console-messages.js';
import { toConsoleError } from './to-console-error.js';

/** More operators than sit at one console. */
const MOST_CONNECTIONS = 8;

/** Within which the request must be there, and later the answer taken. Milliseconds. */
const PATIENCE = 10_000;

/** How long input may pause, and output go untaken. Whoever made it may be slow. Milliseconds. */
const LONGEST_PAUSE = 60_000;

/**
 * The console of a service on the embedded database, which has room for one process: what the command line asks for is
 * done here. A socket in a folder of DATA_DIR that only its owner can enter; who can, could as well open the database.
 */
@Injectable()
export class ConsoleSocket implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ConsoleSocket.name);
  private readonly connections = new Set<Socket>();
  private readonly underWay = new Set<Promise<void>>();
  private server: Server | undefined;
  private address: ConsoleAddress | undefined;

  constructor(
    private readonly commands: ConsoleCommands,
    private readonly database: OpenDatabase,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'dataDir'>,
  ) {}

  /** Listens, if it is needed. A service whose folder takes no sockets goes on without. */
  async open(): Promise<void> {
    if (!this.database.embedded) return;
    if (process.platform === 'win32') return;
    try {
      await this.listen(this.settings.dataDir);
    } catch (error) {
      this.logger.warn(
        `The command line can't reach this service while it runs: ${error instanceof Error ? error.message : String(error)}.`,
      );
      await this.address?.close();
      this.address = undefined;
    }
  }

  /** No new ones; what is under way still needs the database. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.server) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await Promise.allSettled(this.underWay);
    for (const socket of this.connections) socket.destroy();
    await closed;
    await this.address?.close();
  }

  private async listen(dataDir: string): Promise<void> {
    await makeConsoleFolder(dataDir);
    const address = (this.address = await consoleAddress(dataDir));
    // This process holds the folder's lock: whatever socket is there is that of one that died.
    await rm(address.path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (socket) => this.greet(socket));
    server.maxConnections = MOST_CONNECTIONS;
    server.listen(address.path);
    await once(server, 'listening');
    server.on('error', (error) => this.logger.warn(`The console: ${error.message}`));
    await chmod(address.path, 0o600);
    this.server = server;
  }

  private greet(socket: Socket): void {
    this.connections.add(socket);
    socket.once('close', () => this.connections.delete(socket));
    // It went away; what it asked for is done all the same.
    socket.on('error', () => undefined);
    const served = this.serve(socket).catch(() => void socket.destroy());
    this.underWay.add(served);
    void served.finally(() => this.underWay.delete(served));
  }

  private async serve(socket: Socket): Promise<void> {
    const line = await firstLine(socket);
    if (line === undefined) return;
    const reply = (message: ConsoleReply): void =>
      void (socket.writable && socket.write(`${JSON.stringify(message)}\n`));
    try {
      const { command, args, login } = requestIn(line);
      const call = {
        actor: operator(typeof login === 'string' ? login : '?'),
        progress: (news: string | Progress) => reply({ progress: news }),
        input: inputOf(socket),
        output: async (piece: string) => {
          reply({ output: piece });
          if (socket.writableNeedDrain) await drained(socket);
          if (!socket.writable) throw new ConsoleError('failed', 'Nobody takes the output any more.');
        },
      };
      reply({ result: await this.commands.run(command, args, call) });
    } catch (error) {
      const { code, message, cause } = toConsoleError(error);
      if (code === 'failed' && cause instanceof Error) this.logger.warn(`At the console: ${message}`);
      reply({ error: { code, message } });
    }
    socket.setTimeout(PATIENCE, () => void socket.destroy());
    // What nobody has read would keep the socket from closing.
    socket.resume();
    socket.end();
  }
}

/** What stands in it isn't repeated: it may be a password. @throws ConsoleError */
function requestIn(line: string): ConsoleRequest {
  try {
    return JSON.parse(line) as ConsoleRequest;
  } catch {
    throw new ConsoleError('usage', 'That is no request.');
  }
}

/** What comes up to the end of the line; undefined when it doesn't come in time, or is too much. */
async function firstLine(socket: Socket): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const late = setTimeout(() => void socket.destroy(), PATIENCE);
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const end = chunk.indexOf(0x0a);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      size += chunk.length;
      if (end >= 0) {
        if (end + 1 < chunk.length) socket.unshift(chunk.subarray(end + 1));
        return Buffer.concat(chunks).toString();
      }
      if (size > LONGEST_REQUEST) break;
    }
    socket.destroy();
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** What follows the request. @throws ConsoleError when its end doesn't come */
async function* inputOf(socket: Socket): AsyncGenerator<Uint8Array> {
  let paused = false;
  const late = setTimeout(() => {
    paused = true;
    socket.destroy();
  }, LONGEST_PAUSE);
  try {
    for await (const chunk of unframed(socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)) {
      late.refresh();
      yield chunk;
      late.refresh();
    }
  } catch (cause) {
    const why = paused ? 'The input stopped coming.' : 'The input broke off.';
    throw new ConsoleError('failed', why, { cause });
  } finally {
    clearTimeout(late);
  }
}

/** There is room for more; or the socket has closed, since nobody took what was in it. */
async function drained(socket: Socket): Promise<void> {
  const late = setTimeout(() => void socket.destroy(), LONGEST_PAUSE);
  try {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.on('drain', go).on('close', go);
    });
  } finally {
    clearTimeout(late);
  }
}
