import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { AccessModule, DeclaredAccess, RouteInventory, type AccessOptions } from '../access/index.js';
import type { Role } from '../policy/index.js';
import type {
  GatehouseClientAsyncOptions,
  GatehouseClientExtras,
  GatehouseClientOptions,
} from './gatehouse-client.options.js';
import { Gatehouse } from './gatehouse.js';
import type { GatehouseLogger } from './logger.js';
import { listPermissions, type GatehouseOptions, type PermissionList } from './options.js';

/** Where the application's {@link Gatehouse} is found: `@Inject(GATEHOUSE)`. A string, as two copies may be loaded. */
export const GATEHOUSE = 'gatehouse:client';

/** Where the options are found that aren't the connection's. */
export const GATEHOUSE_EXTRAS = 'gatehouse:client-extras';

const VERIFIER = 'gatehouse:client-verifier';
const ACCESS = 'gatehouse:client-access';

/** Connects an application to its service. Nothing is sent before the application has come up. */
@Module({})
class ConnectionModule {
  static for(
    options: Provider<GatehouseOptions>,
    extras: GatehouseClientExtras,
    imports: DynamicModule['imports'],
  ): DynamicModule {
    return {
      module: ConnectionModule,
      imports: imports ?? [],
      providers: [
        options,
        { provide: GATEHOUSE_EXTRAS, useValue: extras },
        {
          provide: GATEHOUSE,
          inject: [OPTIONS],
          useFactory: (given: GatehouseOptions) => new Gatehouse({ logger: new NestLogger(), ...given }),
        },
        { provide: VERIFIER, inject: [GATEHOUSE], useFactory: ({ verifier }: Gatehouse) => verifier },
        {
          provide: ACCESS,
          inject: [GATEHOUSE],
          useFactory: (gatehouse: Gatehouse): AccessOptions => ({
            undeclared: extras.undeclared ?? 'deny',
            loginAddress: (request) => gatehouse.loginAddress(request),
          }),
        },
      ],
      exports: [GATEHOUSE, GATEHOUSE_EXTRAS, VERIFIER, ACCESS],
    };
  }
}

const OPTIONS = 'gatehouse:client-options';

/**
 * Guards a Nest application by a service that is elsewhere: one guard before all routes, on Express and Fastify. What
 * every route asks for is checked at the start, and the permissions are declared at the service.
 */
@Module({})
export class GatehouseClientModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(GATEHOUSE) private readonly gatehouse: Gatehouse,
    private readonly declared: DeclaredAccess,
    private readonly routes: RouteInventory,
  ) {}

  /** Once, in the root module. */
  static forRoot({ permissions, undeclared, docsClientId, ...options }: GatehouseClientOptions): DynamicModule {
    return root({ provide: OPTIONS, useValue: options }, { permissions, undeclared, docsClientId });
  }

  /** The same, with the connection's options from a factory. */
  static forRootAsync({ imports, inject, useFactory, ...extras }: GatehouseClientAsyncOptions): DynamicModule {
    const options = {
      provide: OPTIONS,
      inject: inject ?? [],
      useFactory: useFactory as (...given: unknown[]) => GatehouseOptions,
    };
    return root(options, extras, imports);
  }

  /** In a feature's module: declares the permissions and roles that it uses. */
  static forFeature(declared: PermissionList | readonly Role[]): DynamicModule {
    return feature(declared);
  }

  /** @throws AccessStartError for routes that say nothing, or name what nobody declares; DeclarationError */
  async onApplicationBootstrap(): Promise<void> {
    this.routes.verify([]);
    this.gatehouse.start([...this.declared.permissions.values()]);
    await this.gatehouse.ready();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.gatehouse.close();
  }
}

function root(
  options: Provider<GatehouseOptions>,
  extras: { [Name in keyof GatehouseClientExtras]: GatehouseClientExtras[Name] | undefined },
  imports?: DynamicModule['imports'],
): DynamicModule {
  const connection = ConnectionModule.for(options, extras as GatehouseClientExtras, imports);
  return {
    module: GatehouseClientModule,
    global: true,
    imports: [
      connection,
      AccessModule.forRoot({ imports: [connection], verifier: VERIFIER, options: ACCESS }),
      feature(extras.permissions ?? []),
    ],
    exports: [connection],
  };
}

function feature(declared: PermissionList | readonly Role[]): DynamicModule {
  const roles = (declared as readonly Role[]).filter((one) => one.type === 'role');
  const permissions = (declared as PermissionList).filter((one) => !(roles as readonly unknown[]).includes(one));
  return AccessModule.forFeature([...listPermissions(permissions), ...roles]);
}

/** Nest's own logger, which has other names for the levels. */
class NestLogger implements GatehouseLogger {
  private readonly logger = new Logger('Gatehouse');

  info(message: string): void {
    this.logger.log(message);
  }

  warn(message: string): void {
    this.logger.warn(message);
  }

  error(message: string): void {
    this.logger.error(message);
  }
}
