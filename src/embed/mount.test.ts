import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mount, type Answer } from './mount.js';

let server: Server;
let mount: Mount;
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  mount = new Mount('/auth');
  server = createServer((asked, response) => {
    if (!mount.take(asked, response)) response.end(`application ${asked.url}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(path: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(request({ port, path, agent }).end(), 'response')) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

const echo: Answer = (asked, response) => void response.end(`service ${asked.url}`);

describe('a mount', () => {
  it.each([
    ['/auth', 'service /'],
    ['/auth?a=/b', 'service /?a=/b'],
    ['/auth/', 'service /'],
    ['/auth/token?x', 'service /token?x'],
    ['/auth/%zz', 'service /%zz'],
    ['/.well-known/oauth-authorization-server/auth?x', 'service /.well-known/oauth-authorization-server?x'],
    [
      '/.well-known/oauth-authorization-server/auth/more',
      'application /.well-known/oauth-authorization-server/auth/more',
    ],
    ['/authors', 'application /authors'],
    ['/x/auth/token', 'application /x/auth/token'],
    ['/x?/auth/token', 'application /x?/auth/token'],
  ])('%s: %s', async (path, answer) => {
    mount.open(echo);
    expect(await textOf(await ask(path))).toBe(answer);
  });

  it('answers 503 before it is open, and after it has ended', async () => {
    expect((await ask('/auth/token')).statusCode).toBe(503);
    mount.open(echo);
    expect((await ask('/auth/token')).statusCode).toBe(200);
    mount.end();
    const { statusCode, headers } = await ask('/auth/token');
    expect({ statusCode, headers }).toMatchObject({
      statusCode: 503,
      headers: { 'content-type': 'application/problem+json', connection: 'close', 'retry-after': '1' },
    });
    expect(await textOf(await ask('/other'))).toBe('application /other');
  });

  it('lets events through one by one, and ends their streams so that the server can close', async () => {
    let send!: (text: string) => void;
    let gone = false;
    mount.open((_asked, response) => {
      response.setHeader('Content-Type', 'text/event-stream');
      response.on('close', () => (gone = true));
      response.flushHeaders();
      send = (text) => void response.write(text);
    });
    const stream = await ask('/auth/events');
    send('data: 1\n\n');
    expect(String((await once(stream, 'data'))[0])).toBe('data: 1\n\n');
    send('data: 2\n\n');
    expect(String((await once(stream, 'data'))[0])).toBe('data: 2\n\n');
    const ended = once(stream.resume(), 'end');
    mount.end();
    await ended;
    const start = performance.now();
    await once(server.close(), 'close');
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(gone).toBe(true);
  });

  it('lets an answer that is under way come to its end, and its connection with it', async () => {
    let finish!: () => void;
    mount.open((_asked, response) => (finish = () => void response.end('done')));
    const answer = ask('/auth/slow');
    await expect.poll(() => finish).toBeDefined();
    mount.end();
    const closed = once(server.close(), 'close');
    finish();
    const response = await answer;
    expect(response.headers.connection).toBe('close');
    expect(await textOf(response)).toBe('done');
    await closed;
  });
});
