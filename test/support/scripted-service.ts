import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A question that the service was asked. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one path; what it returns becomes JSON, unless it answers by itself and returns nothing. */
export type Script = (asked: Asked, response: ServerResponse) => unknown;

/** The audience of the tokens that it makes. */
export const AUDIENCE = 'https://shop.example';

/** The half of the protocol of connected applications that a service has, as a test wants it to be. */
export class ScriptedService {
  readonly asked: Asked[] = [];
  readonly streams = new Set<ServerResponse>();
  /** Overrides what is answered, by path. */
  readonly scripts: Record<string, Script> = {};
  readonly keys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  /** Members of the answers of /introspect, by jti; none: inactive. */
  readonly known = new Map<string, Record<string, unknown>>();
  incarnation = 'a';
  position = 1;
  resumes = true;
  beating = true;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((request, response) => void this.answer(request, response)).on(
    'connection',
    (socket: Socket) => {
      this.sockets.add(socket.on('close', () => this.sockets.delete(socket)));
      if (!this.server.listening) socket.destroy();
    },
  );
  private timer: NodeJS.Timeout | undefined;

  static async start(): Promise<ScriptedService> {
    const service = new ScriptedService();
    service.addKey('k1');
    await service.listen(0);
    return service;
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.timer = setInterval(() => this.beating && this.beat(), 50);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get cursor(): string {
    return `${this.incarnation}:${this.position}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  count(path: string): number {
    return this.asked.filter((one) => one.path === path).length;
  }

  addKey(kid: string): void {
    this.keys.set(kid, generateKeyPairSync('rsa', { modulusLength: 2048 }));
  }

  /** A token that is alive at once, with its jti. */
  issue(
    claims: object = {},
    { kid = 'k1', answer = {} }: { kid?: string; answer?: object } = {},
  ): { token: string; jti: string } {
    const now = Math.floor(Date.now() / 1_000);
    const whole = {
      iss: this.url,
      aud: AUDIENCE,
      sub: 'account-1',
      jti: randomUUID(),
      iat: now,
      exp: now + 600,
      ...claims,
    };
    this.known.set(whole.jti, {
      sub: whole.sub,
      jti: whole.jti,
      client_id: 'web',
      username: 'frank',
      sid: 'session-1',
      aud: whole.aud,
      exp: whole.exp,
      iat: whole.iat,
      permissions: ['orders:read'],
      roles: [],
      groups: [],
      narrowed: false,
      ...answer,
    });
    const input = [{ typ: 'at+jwt', alg: 'RS256', kid }, whole].map((part) => encode(JSON.stringify(part))).join('.');
    return {
      token: `${input}.${encode(sign('sha256', Buffer.from(input), this.keys.get(kid)!.privateKey))}`,
      jti: whole.jti,
    };
  }

  /** Tells all streams what died. */
  drop(...drops: [kind: string, subject: string][]): void {
    this.position++;
    this.send('drop', { drops }, this.cursor);
  }

  beat(clock = performance.now()): void {
    this.send('heartbeat', { clock });
  }

  endStreams(): void {
    for (const stream of this.streams) stream.end();
  }

  send(event: string, data: object, id?: string): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.streams) stream.write(text);
  }

  /** What /introspect answers by itself. */
  introspection(asked: Asked): Record<string, unknown> {
    const token = new URLSearchParams(asked.body).get('token')!;
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string };
    const known = this.known.get(jti);
    return known ? { active: true, as_of: this.cursor, ...known } : { active: false };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const asked = { path: request.url!, method: request.method!, headers: request.headers, body };
    this.asked.push(asked);
    const script = this.scripts[asked.path] ?? this.usual[asked.path];
    const answer = script ? await script(asked, response) : fail(response, 404, {});
    if (answer !== undefined && !response.headersSent)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }

  /** What is answered where nothing else is said, by path. */
  readonly usual: Record<string, Script> = {
    '/.well-known/oauth-authorization-server': () => ({
      issuer: this.url,
      token_endpoint: `${this.url}/token`,
      introspection_endpoint: `${this.url}/introspect`,
      jwks_uri: `${this.url}/jwks.json`,
    }),
    '/jwks.json': () => ({
      keys: [...this.keys].map(([kid, { publicKey }]) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        alg: 'RS256',
        use: 'sig',
      })),
    }),
    '/token': () => ({ access_token: randomUUID(), token_type: 'Bearer', expires_in: 3_600 }),
    '/permissions/declared': () => ({}),
    '/introspect': (asked) => this.introspection(asked),
    '/events': ({ headers }, response) => {
      const resumed = this.resumes && String(headers['last-event-id'] ?? '').startsWith(`${this.incarnation}:`);
      const id = resumed ? String(headers['last-event-id']) : this.cursor;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const data = JSON.stringify({ resumed, clock: performance.now(), heartbeat: 50, lease: 800 });
      response.write(`id: ${id}\nevent: opened\ndata: ${data}\n\n`);
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
    },
  };
}

/** Answers an error as the service does. */
export function fail(response: ServerResponse, status: number, body: object): undefined {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function encode(part: string | Buffer): string {
  return Buffer.from(part).toString('base64url');
}
