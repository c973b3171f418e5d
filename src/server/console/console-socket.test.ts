import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from './console-client.js';
import type { ConsoleArguments, ConsoleCall } from './console-command.js';
import { ConsoleSocket } from './console-socket.js';
import { DomainError } from '../domain-error.js';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-console-'));
  cleanUp.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A socket whose commands are `say`, `refuse`, and whatever is given. */
async function listening(
  dataDir: string,
  more: Record<string, (call: ConsoleCall) => Promise<unknown>> = {},
): Promise<ConsoleSocket> {
  const run = async (name: string, args: ConsoleArguments, call: ConsoleCall): Promise<unknown> => {
    const { actor, progress } = call;
    if (more[name]) return more[name](call);
    if (name === 'refuse') throw new DomainError('conflict', 'There is one.');
    progress('a moment');
    progress({ step: 'saying', done: 1, total: 2, unit: 'words' });
    return { args, agent: actor.agent };
  };
  const socket = new ConsoleSocket({ run } as never, { embedded: true } as never, { dataDir });
  await socket.open();
  cleanUp.push(() => socket.beforeApplicationShutdown());
  return socket;
}

const clientOf = (dataDir: string): ConsoleClient => new ConsoleClient(dataDir, 'root');
const ignore = (): void => undefined;
const quietly = { progress: ignore };

describe.skipIf(process.platform === 'win32')('the socket of the console', () => {
  it('does what is asked, tells how it goes, and says who asked', async () => {
    const dataDir = await folder();
    await listening(dataDir);
    const told: unknown[] = [];
    const answer = await clientOf(dataDir).run(
      'say',
      { name: '田中\n' },
      {
        progress: (news) => void told.push(news),
      },
    );
    expect(answer).toEqual({ args: { name: '田中\n' }, agent: 'gatehouse cli (user root)' });
    expect(told).toEqual(['a moment', { step: 'saying', done: 1, total: 2, unit: 'words' }]);
  });

  it('hands on why it was not done', async () => {
    const dataDir = await folder();
    await listening(dataDir);
    await expect(clientOf(dataDir).run('refuse', {}, quietly)).rejects.toMatchObject({
      code: 'conflict',
      message: 'There is one.',
    });
  });

  it('lets its owner in only, from its first moment on, in a folder that others may read', async () => {
    const dataDir = await folder();
    await chmod(dataDir, 0o755);
    await mkdir(join(dataDir, 'console'), { mode: 0o777 });
    await chmod(join(dataDir, 'console'), 0o777);
    await listening(dataDir);
    expect((await stat(join(dataDir, 'console'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'console', 'socket'))).mode & 0o777).toBe(0o600);
  });

  it('is gone after the stop, and there is nobody', async () => {
    const dataDir = await folder();
    const socket = await listening(dataDir);
    await socket.beforeApplicationShutdown();
    cleanUp.pop();
    await expect(stat(join(dataDir, 'console', 'socket'))).rejects.toThrow('ENOENT');
    expect(await clientOf(dataDir).isThere()).toBe(false);
  });

  it('takes the place of one that a dead process has left', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'console'));
    await writeFile(join(dataDir, 'console', 'socket'), '');
    expect(await clientOf(dataDir).isThere()).toBe(false);
    await listening(dataDir);
    expect(await clientOf(dataDir).isThere()).toBe(true);
  });

  it('waits at the stop for what is under way', async () => {
    const dataDir = await folder();
    let finish = ignore;
    const begun = new Promise<void>((resolve) => {
      void listening(dataDir, {
        slow: () => {
          resolve();
          return new Promise((done) => (finish = () => done('done')));
        },
      }).then((socket) => (stop = () => socket.beforeApplicationShutdown()));
    });
    let stop = async (): Promise<void> => undefined;
    await expect.poll(() => clientOf(dataDir).isThere()).toBe(true);
    const answer = clientOf(dataDir).run('slow', {}, quietly);
    await begun;
    const stopped = stop();
    finish();
    expect(await answer).toBe('done');
    await stopped;
    cleanUp.pop();
  });

  it('goes on, and stops, when others say nothing, half a thing, or nonsense', async () => {
    const dataDir = await folder();
    await listening(dataDir);
    const path = join(dataDir, 'console', 'socket');
    const silent = connect(path);
    const half = connect(path);
    const nonsense = connect(path);
    cleanUp.push(async () => [silent, half].forEach((one) => one.destroy()));
    half.write('{"command":');
    nonsense.write('nonsense\n');
    const [reply] = (await once(nonsense, 'data')) as [Buffer];
    expect(JSON.parse(reply.toString())).toEqual({ error: { code: 'usage', message: 'That is no request.' } });
    expect(await clientOf(dataDir).run('say', {}, quietly)).toMatchObject({ args: {} });
  });

  it.runIf(process.platform === 'linux')('works where the path is longer than the address of a socket', async () => {
    const dataDir = join(await folder(), 'x'.repeat(100));
    await mkdir(dataDir);
    await listening(dataDir);
    expect(await clientOf(dataDir).run('say', {}, quietly)).toMatchObject({ args: {} });
    expect((await stat(join(dataDir, 'console', 'socket'))).isSocket()).toBe(true);
  });

  it('carries what is too much for a line, there and back, however slowly it is taken', async () => {
    const dataDir = await folder();
    await listening(dataDir, {
      copy: async ({ input, output }) => {
        let bytes = 0;
        for await (const piece of input!) {
          bytes += piece.length;
          await output!(Buffer.from(piece).toString('latin1'));
        }
        return { bytes };
      },
    });
    const pieces = Array.from({ length: 200 }, (_, index) => Buffer.alloc(50_000, 97 + (index % 26)));
    let seen = '';
    const result = await clientOf(dataDir).run('copy', {}, {
      progress: ignore,
      input: Readable.from(pieces),
      output: async (piece) => {
        await new Promise((resolve) => setImmediate(resolve));
        seen += piece;
      },
    }); // prettier-ignore
    expect(result).toEqual({ bytes: 10_000_000 });
    expect(seen === Buffer.concat(pieces).toString('latin1')).toBe(true);
  });

  it('hands on a refusal that comes before all was read', async () => {
    const dataDir = await folder();
    await listening(dataDir);
    const input = Readable.from(Array.from({ length: 500 }, () => Buffer.alloc(50_000)));
    await expect(clientOf(dataDir).run('refuse', {}, { progress: ignore, input })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('says so when the input can not be read', async () => {
    const dataDir = await folder();
    let heard: unknown;
    await listening(dataDir, {
      read: async ({ input }) => {
        try {
          for await (const _ of input!);
        } catch (error) {
          heard = error;
          throw error;
        }
        return 'whole';
      },
    });
    const input = Readable.from(
      (async function* () {
        yield Buffer.from('a half');
        throw new Error('the disk is broken');
      })(),
    );
    await expect(clientOf(dataDir).run('read', {}, { progress: ignore, input })).rejects.toThrow('the disk is broken');
    await expect.poll(() => heard).toMatchObject({ message: 'The input broke off.' });
  });

  it('says so when the service is killed before it has taken the connection', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'console'));
    // It listens, and never comes to look at who is there.
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(dataDir, 'console', 'socket'))}, () => {
      require('node:fs').writeSync(1, 'listening'); for (;;); });`;
    const service = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUp.push(async () => service.kill('SIGKILL'));
    await once(service.stdout, 'data');
    const client = clientOf(dataDir);
    expect(await client.isThere()).toBe(true);
    const answer = client.run('say', {}, quietly);
    const killed = once(service, 'exit');
    setImmediate(() => service.kill('SIGKILL'));
    await expect(answer).rejects.toMatchObject({ name: 'ConsoleError', code: 'unreachable' });
    await killed;
    expect(await client.isThere()).toBe(false);
  });

  it('says so when the answer does not come', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'console'));
    const server = createServer((socket) => socket.on('error', ignore).once('data', () => socket.destroy()));
    server.listen(join(dataDir, 'console', 'socket'));
    await once(server, 'listening');
    cleanUp.push(async () => server.close());
    await expect(clientOf(dataDir).run('say', {}, quietly)).rejects.toMatchObject({ code: 'unreachable' });
  });
});
