import 'reflect-metadata';
import { tmpdir } from 'node:os';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { loadSettings, type Settings } from '../../src/config/settings.js';
import { ChangeFeed } from '../../src/server/changes/change-feed.js';
import { createApp } from '../../src/server/create-app.js';
import { describeError } from '../../src/server/http/logger.js';
import type { MailOptions } from '../../src/server/mail/mail-options.module.js';
import type { UserSource } from '../../src/server/user-sources/user-source.js';
import { createTestDatabase } from './postgres.js';

/** What a test environment may be made with. */
export interface TestEnvironmentOptions extends MailOptions {
  /** Settings as in the environment, over the tests' own. */
  readonly env?: Readonly<Record<string, string>>;
  /** A database to use rather than a new one; it is left when the environment is closed. */
  readonly databaseUrl?: string;
  /** Modules beside the service and the demo. */
  readonly modules?: readonly (Type | DynamicModule)[];
  /** Where people come from beside the service's own accounts. */
  readonly userSources?: readonly UserSource[];
  /** Where to listen, when `PUBLIC_URL` must be the address at which it does. */
  readonly port?: number;
  /** Told the first accounts too; what it throws is as if the process died at that moment. */
  readonly announced?: () => void;
  /** Keeps no log, for runs of so many requests that it would fill the memory. */
  readonly silent?: boolean;
}

/** An answer whose body has been read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests look at what they expect; anything else fails there.
  readonly json: any;
}

/** A request: `token` goes into the Authorization header, `form` and `json` become the body. */
export interface Ask extends Omit<RequestInit, 'body'> {
  readonly token?: string | undefined;
  readonly form?: Record<string, string> | string;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** The whole service on a real PostgreSQL database of its own, listening on a port of its own. */
export class TestEnvironment {
  constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    readonly settings: Settings,
    /** By user name, of the accounts that the first start made. */
    readonly passwords: ReadonlyMap<string, string>,
    /** Everything that was logged, as JSON lines. */
    readonly log: readonly string[],
    private readonly drop: () => Promise<void>,
  ) {}

  get database(): DataSource {
    return this.app.get(DataSource);
  }

  /** Asks the service over HTTP. Redirects aren't followed. */
  async ask(path: string, { token, form, json, headers, ...init }: Ask = {}): Promise<Answer> {
    const body = form !== undefined ? new URLSearchParams(form) : json !== undefined ? JSON.stringify(json) : init.body;
    const response = await fetch(this.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      ...init,
      body: body ?? null,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(headers as Record<string, string> | undefined),
      },
    });
    // A stream has no end to wait for.
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    if (isStream) await response.body?.cancel();
    const text = isStream ? '' : await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  /** Logs somebody in who was made at the first start; answers the access token. */
  async login(username: string, scope?: string): Promise<string> {
    const password = this.passwords.get(username);
    const { status, json, text } = await this.ask('/token', {
      form: { username, password: password!, ...(scope !== undefined && { scope }) },
    });
    if (status !== 200) throw new Error(`${username} could not log in: ${text}`);
    return json.access_token;
  }

  /** Changes the database by hand, and waits until this instance has heard of it. */
  async change(sql: string, values?: unknown[]): Promise<void> {
    await this.database.query(sql, values);
    await this.app.get(ChangeFeed, { strict: false }).catchUp();
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.drop();
  }
}

/** Starts the service as `main` does, with the demo people and cheap password hashes. */
export async function createTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const made = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const settings = loadSettings({
    NODE_ENV: 'test',
    DATABASE_URL: options.databaseUrl ?? made!.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    PUBLIC_URL: options.port === undefined ? 'http://gatehouse.test' : `http://127.0.0.1:${options.port}`,
    PORT: '0',
    BCRYPT_COST: '4',
    DEMO: 'on',
    ...options.env,
  });
  const log: string[] = [];
  const logger = pino(
    { level: options.silent ? 'silent' : 'debug', serializers: { err: describeError } },
    { write: (line: string) => void log.push(line) },
  );
  const passwords = new Map<string, string>();
  const announce = (accounts: readonly { username: string; password: string }[]): void => {
    for (const { username, password } of accounts) passwords.set(username, password);
    options.announced?.();
  };
  const { userSources, mailer, mailTemplates } = options;
  const service = AppModule.forRoot({ settings, announce, userSources, mailer, mailTemplates });
  const root = { ...service, imports: [...service.imports!, ...(options.modules ?? [])] };
  const drop = async (): Promise<void> => made?.drop();
  try {
    const app = await createApp(root, settings, logger);
    await app.listen(options.port ?? 0, '127.0.0.1');
    const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    return new TestEnvironment(app, url, settings, passwords, log, drop);
  } catch (error) {
    await drop();
    throw error;
  }
}
