import 'reflect-metadata';
import {
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Post,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type LoggerService,
  type NestInterceptor,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsInt } from 'class-validator';
import { tap, type Observable } from 'rxjs';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { request as httpRequest } from 'node:http';
import {
  CurrentUser,
  GatehouseModule,
  Protected,
  Public,
  authenticated,
  definePermissions,
  defineRole,
  type FirstAccount,
  type GatehouseOptions,
  type Principal,
  type ServiceOptions,
} from '../../src/index.js';
import { freePort } from './postgres-server.js';

/** What an application runs on. */
export type Platform = 'express' | 'fastify';

/** So that it is known also where the first start was another application's. */
export const ADMIN_PASSWORD = 'of whoever is the first';

/** The application's own permissions and role. */
export const Reports = definePermissions('reports', { read: 'Read reports' });
export const Analyst = defineRole('analyst', [Reports.read], 'Reads reports');

/** The application's own users, in a table that is named as one of the service's might be. */
@Entity({ name: 'users' })
class HostUser {
  @PrimaryColumn({ type: 'text' })
  name: string;
  @Column({ type: 'int' })
  age: number;
}

class AgeDto {
  @IsInt()
  age: number;
}

/** Knows of no one who asks. */
@Controller()
export class OpenController {
  constructor(private readonly database: DataSource) {}

  @Get('open') open(): string {
    return 'open';
  }
  @Get('users') users(): Promise<HostUser[]> {
    return this.database.getRepository(HostUser).find({ order: { name: 'ASC' } });
  }
  @Get('failure') failure(): never {
    throw new Error('of the application');
  }
  @Post('age') age(@Body() body: AgeDto): unknown {
    return { body, is: typeof body.age };
  }
}

/** Says who may. */
@Controller()
export class GuardedController {
  @Get('reports') @Protected(Reports.read) reports(@CurrentUser() user: Principal): unknown {
    return { reports: [], for: user.username };
  }
  @Get('me') @Protected(authenticated) me(@CurrentUser() user: Principal): string {
    return user.username;
  }
  @Get('hello') @Public() hello(@CurrentUser() user: Principal): string {
    return user.kind;
  }
}

/** Answers all errors in a form of its own. */
@Catch()
class HostFilter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{
      status(code: number): { header(name: string, value: string): unknown; send(body: unknown): unknown };
    }>();
    const answer = response.status(error instanceof HttpException ? error.getStatus() : 500);
    answer.header('x-host-filter', 'yes');
    answer.send({ host: error instanceof HttpException && error.getStatus() === 404 ? 'nothing here' : error.message });
  }
}

@Injectable()
class HostInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    return next.handle().pipe(tap(() => response.header('x-host-interceptor', 'yes')));
  }
}

@Injectable()
class HostDatabase implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/** What an application is made with. */
export interface HostOptions {
  readonly databaseUrl: string;
  /** Of the embedded service; left out, the application is without it. */
  readonly gatehouse?: Partial<GatehouseOptions>;
  /** Whether its options come from a factory. */
  readonly byFactory?: boolean;
  readonly controllers?: readonly Type[];
  readonly imports?: readonly (Type | DynamicModule)[];
  readonly prefix?: string;
  readonly configure?: (app: INestApplication) => void;
  /** Its logger; none unless given. */
  readonly logger?: LoggerService;
  /** Another one than the platform's own. */
  readonly adapter?: AbstractHttpAdapter;
}

/** An answer as it came over the wire, but for what changes with the clock. */
export interface RawAnswer {
  readonly status: number;
  /** Name and value, in the order and the spelling in which they came. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** A Nest application with filters, pipes, and a database of its own; perhaps with the service in it. */
export class EmbeddingHost {
  constructor(
    readonly app: INestApplication,
    readonly url: string,
    /** Told by the first start. */
    readonly announced: readonly FirstAccount[],
  ) {}

  /** Asks over a connection of its own. */
  ask(path: string, { method = 'GET', headers = {}, body }: AskRaw = {}): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(this.url + path, { method, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject).on('end', () => {
          const { statusCode, rawHeaders } = response;
          const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
          resolve({ status: statusCode!, headers: lines.filter((line) => !/^date:/i.test(line)), body: text });
        });
      });
      request.on('error', reject).end(body);
    });
  }

  /** An access token of the administrator. */
  async login(scope = ''): Promise<string> {
    const { status, body } = await this.ask('/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username: 'admin', password: ADMIN_PASSWORD, scope }).toString(),
    });
    if (status !== 200) throw new Error(`the login failed: ${body}`);
    return (JSON.parse(body) as { access_token: string }).access_token;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

interface AskRaw {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The header of a bearer token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The value of a header of an answer. */
export function headerOf({ headers }: RawAnswer, name: string): string | undefined {
  const start = `${name.toLowerCase()}: `;
  return headers.find((line) => line.toLowerCase().startsWith(start))?.slice(start.length);
}

function byFactoryOf({ permissions, undeclared, ...service }: GatehouseOptions): DynamicModule {
  return GatehouseModule.forRootAsync({
    permissions,
    undeclared,
    imports: [ServiceOptionsModule.with(service)],
    inject: ['service-options'],
    useFactory: async (options: ServiceOptions) => options,
  });
}

@Module({})
class ServiceOptionsModule {
  static with(service: ServiceOptions): DynamicModule {
    const provided = { provide: 'service-options', useValue: service };
    return { module: ServiceOptionsModule, providers: [provided], exports: ['service-options'] };
  }
}

/** Starts such an application, listening. */
export async function startHost(platform: Platform, options: HostOptions): Promise<EmbeddingHost> {
  const {
    databaseUrl,
    gatehouse,
    controllers = [OpenController],
    imports = [],
    prefix,
    byFactory,
    configure,
  } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const announced: FirstAccount[] = [];
  let connecting: Promise<DataSource> | undefined;
  const service = gatehouse && {
    path: '/auth',
    publicUrl: `${url}${gatehouse.path ?? '/auth'}`,
    databaseUrl,
    appSecret: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    bcryptCost: 10,
    initialAdminPassword: ADMIN_PASSWORD,
    permissions: [Reports, Analyst],
    announce: (accounts: readonly FirstAccount[]) => void announced.push(...accounts),
    ...gatehouse,
  };

  @Module({
    imports: [...(service ? [byFactory ? byFactoryOf(service) : GatehouseModule.forRoot(service)] : []), ...imports],
    controllers: [...controllers],
    providers: [
      { provide: APP_FILTER, useClass: HostFilter },
      { provide: APP_INTERCEPTOR, useClass: HostInterceptor },
      {
        provide: APP_PIPE,
        useValue: new ValidationPipe({ transform: true, transformOptions: { enableImplicitConversion: true } }),
      },
      {
        provide: DataSource,
        useFactory: async () => {
          const entities = [HostUser];
          connecting = new DataSource({ type: 'postgres', url: databaseUrl, entities }).initialize();
          const dataSource = await connecting;
          await dataSource.query('CREATE TABLE IF NOT EXISTS users (name text PRIMARY KEY, age int NOT NULL)');
          await dataSource.query(`INSERT INTO users VALUES ('ann', 41) ON CONFLICT DO NOTHING`);
          return dataSource;
        },
      },
      HostDatabase,
    ],
  })
  class HostModule {}

  const adapter = options.adapter ?? (platform === 'express' ? new ExpressAdapter() : new FastifyAdapter());
  let app: INestApplication | undefined;
  try {
    app = await NestFactory.create(HostModule, adapter, { logger: options.logger ?? false, abortOnError: false });
    if (prefix) app.setGlobalPrefix(prefix);
    configure?.(app);
    await app.listen(port, '127.0.0.1');
  } catch (error) {
    if (app) await app.close();
    else await (await connecting)?.destroy();
    throw error;
  }
  return new EmbeddingHost(app, url, announced);
}
