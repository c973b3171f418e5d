import {
  Global,
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessModule, AccessStartError, DeclaredAccess, RouteInventory, type AccessOptions } from '../access/index.js';
import * as ofTheService from '../policy/gatehouse.permissions.js';
import { DomainEvents } from '../server/domain-events/domain-events.js';
import { listDeclared, type Declared } from './declared.js';
import { EmbeddedService } from './embedded-service.js';
import type { GatehouseAsyncOptions, GatehouseOptions, GuardOptions, ServiceOptions } from './gatehouse.options.js';

const OPTIONS = 'gatehouse:embedded-options';
const ACCESS = 'gatehouse:embedded-access';

/** The service, in its place and not started yet. */
@Module({})
class EmbeddedServiceModule {
  static with(options: Provider, access: AccessOptions, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return {
      module: EmbeddedServiceModule,
      imports,
      providers: [
        options,
        { provide: ACCESS, useValue: access },
        {
          provide: EmbeddedService,
          inject: [OPTIONS, HttpAdapterHost],
          useFactory: (given: ServiceOptions, host: HttpAdapterHost) => new EmbeddedService(given, host.httpAdapter),
        },
      ],
      exports: [EmbeddedService, ACCESS],
    };
  }
}

/** What the application's modules listen to, wherever in it they are. */
@Global()
@Module({})
class EmbeddedEventsModule {
  static of(service: DynamicModule): DynamicModule {
    return {
      module: EmbeddedEventsModule,
      imports: [service],
      providers: [
        { provide: DomainEvents, inject: [EmbeddedService], useFactory: ({ events }: EmbeddedService) => events },
      ],
      exports: [DomainEvents],
    };
  }
}

/**
 * Mounts the whole service in a Nest application, on Express or Fastify, and guards the application's own routes:
 * `@Protected`, `@Public` and `@CurrentUser` mean in it what they mean in the service. Import it once, in the root.
 *
 * Its modules are told of domain events by the `DomainEvents` that is injected into them.
 *
 * The application's filters, pipes, interceptors, prefix, parsers and connections stay as they are, and the service's too.
 * `close()` of the application ends the service with it.
 */
@Module({})
export class GatehouseModule implements OnModuleInit {
  constructor(
    private readonly service: EmbeddedService,
    private readonly routes: RouteInventory,
    private readonly declared: DeclaredAccess,
  ) {}

  /**
   * Mounts the service with options that are known already. The start of the application fails with a sentence if that
   * of the service does.
   */
  static forRoot(options: GatehouseOptions): DynamicModule {
    return guarded({ provide: OPTIONS, useValue: options }, options);
  }

  /** Mounts the service with options that other providers make, as from a configuration service. */
  static forRootAsync({ imports, inject = [], useFactory, ...guard }: GatehouseAsyncOptions): DynamicModule {
    return guarded({ provide: OPTIONS, inject, useFactory }, guard, imports);
  }

  /** In a feature's module: declares the permissions and roles that it uses. The service lists them, as scopes too. */
  static forFeature(declared: readonly Declared[]): DynamicModule {
    return AccessModule.forFeature(listDeclared(declared));
  }

  /**
   * Checks the application's routes, and then starts the service.
   *
   * @throws AccessStartError with a sentence for each route that is wrong, and what the start of the service throws
   */
  async onModuleInit(): Promise<void> {
    this.routes.verify([]);
    this.requireOwnPath();
    await this.service.start([...this.declared.permissions.values(), ...this.declared.roles.values()]);
  }

  private requireOwnPath(): void {
    const { path } = this.service;
    const hidden = this.routes.namesBelow(path);
    if (hidden.length === 0) return;
    throw new AccessStartError(
      hidden.map(
        (route) => `${route} can't be reached: the service is mounted at ${path}. Give one of them another path.`,
      ),
    );
  }
}

function guarded(
  options: Provider,
  { undeclared = 'deny', permissions = [] }: GuardOptions,
  imports?: ModuleMetadata['imports'],
): DynamicModule {
  const service = EmbeddedServiceModule.with(options, { undeclared }, imports);
  return {
    module: GatehouseModule,
    imports: [
      service,
      EmbeddedEventsModule.of(service),
      AccessModule.forRoot({ imports: [service], verifier: EmbeddedService, options: ACCESS }),
      // The service's own too, so that the application can ask for them.
      AccessModule.forFeature(listDeclared([...Object.values(ofTheService), ...permissions])),
    ],
  };
}
