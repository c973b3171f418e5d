import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { consoleAddress } from './console-address.js';
import type { ConsoleArguments, ConsoleStreams } from './console-command.js';
import { ConsoleError } from './console-error.js';
import { framed } from './console-input.js';
import type { ConsoleReply, ConsoleRequest } from './console-messages.js';

/** Codes by which a socket says that nobody is behind it. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/** The console of a running service: asked over its socket, each time anew. */
export class ConsoleClient {
  constructor(
    private readonly dataDir: string,
    private readonly login: string,
  ) {}

  /**
   * Whether a running service answers there.
   *
   * @throws ConsoleError `unreachable` when one does that this user mustn't ask
   */
  async isThere(): Promise<boolean> {
    const socket = await this.connect();
    socket?.destroy();
    return socket !== undefined;
  }

  /** @throws ConsoleError */
  async run(command: string, args: ConsoleArguments, streams: ConsoleStreams): Promise<unknown> {
    const socket = await this.connect();
    if (!socket) throw new ConsoleError('unreachable', `The service in ${this.dataDir} has stopped.`);
    try {
      const request: ConsoleRequest = { command, args, login: this.login };
      socket.write(`${JSON.stringify(request)}\n`);
      let unreadable: ConsoleError | undefined;
      const input = noting(streams.input ?? nothing(), (error) => (unreadable = error));
      // The service may answer before it has read all, or be gone: the answer, or that there is none, says so.
      const sending = pipeline(Readable.from(framed(input)), socket).catch(() => undefined);
      try {
        return await answer(socket, streams);
      } catch (error) {
        throw unreadable ?? error;
      } finally {
        socket.destroy();
        await sending;
      }
    } finally {
      socket.destroy();
    }
  }

  private async connect(): Promise<Socket | undefined> {
    const address = await consoleAddress(this.dataDir).catch((error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) return undefined;
      throw refused(error);
    });
    if (!address) return undefined;
    const socket = connect({ path: address.path, allowHalfOpen: true });
    try {
      await once(socket, 'connect');
      // A reset shows as the end of the answer.
      socket.on('error', () => undefined);
      return socket;
    } catch (error) {
      if (NOBODY.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw refused(error as NodeJS.ErrnoException);
    } finally {
      await address.close();
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* noting(
  input: AsyncIterable<Uint8Array>,
  note: (error: ConsoleError) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (cause) {
    note(new ConsoleError('failed', `The input can't be read: ${(cause as Error).message}.`, { cause }));
    throw cause;
  }
}

/** What comes in whole lines; a connection that breaks has come to its end. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString();
        begun = [];
        from = end + 1;
      }
      begun.push(chunk.subarray(from));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined || error instanceof ConsoleError) throw error;
  }
}

async function answer(socket: Socket, { progress, output }: ConsoleStreams): Promise<unknown> {
  for await (const line of linesOf(socket)) {
    const reply = JSON.parse(line) as ConsoleReply;
    if ('progress' in reply) progress(reply.progress);
    else if ('output' in reply) await output?.(reply.output);
    else if ('error' in reply) throw new ConsoleError(reply.error.code, reply.error.message);
    else return reply.result;
  }
  throw new ConsoleError(
    'unreachable',
    'The service ended the connection without an answer. Look whether it was done.',
  );
}

function refused({ code, message }: NodeJS.ErrnoException): ConsoleError {
  return code === 'EACCES' || code === 'EPERM'
    ? new ConsoleError('unreachable', 'The folder of the running service is another user’s. Run this as that user.')
    : new ConsoleError('unreachable', `The running service can't be reached: ${message}.`);
}
