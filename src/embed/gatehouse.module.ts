import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit, type Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessModule, AccessStartError, DeclaredAccess, RouteInventory } from '../access/index.js';
import { SERVICE_DECLARATIONS } from '../policy/index.js';
import { EmbeddedService } from './embedded-service.js';
import type { GatehouseAsyncOptions, GatehouseOptions, GuardOptions, ServiceOptions } from './gatehouse.options.js';

const OPTIONS = 'gatehouse:embedded-options';

/** The service, in its place and not started yet. */
@Module({})
class EmbeddedServiceModule {
  static with(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return {
      module: EmbeddedServiceModule,
      imports,
      providers: [
        options,
        {
          provide: EmbeddedService,
          inject: [OPTIONS, HttpAdapterHost],
          useFactory: (given: ServiceOptions, host: HttpAdapterHost) => new EmbeddedService(given, host.httpAdapter),
        },
      ],
      exports: [EmbeddedService],
    };
  }
}

/**
 * Mounts the whole service in a Nest application, on Express or Fastify, and guards the application's own routes:
 * `@Protected`, `@Public` and `@CurrentUser` mean in it what they mean in the service. Import it once, in the root.
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
    return guarded(options, EmbeddedServiceModule.with({ provide: OPTIONS, useValue: options }));
  }

  /** Mounts the service with options that other providers make, as from a configuration service. */
  static forRootAsync({ imports, inject = [], useFactory, ...guard }: GatehouseAsyncOptions): DynamicModule {
    return guarded(guard, EmbeddedServiceModule.with({ provide: OPTIONS, inject, useFactory }, imports));
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

function guarded({ undeclared, permissions = [] }: GuardOptions, service: DynamicModule): DynamicModule {
  return {
    module: GatehouseModule,
    imports: [
      service,
      AccessModule.forRoot({ imports: [service], verifier: EmbeddedService, undeclared }),
      // The service's own too, so that the application can ask for them.
      AccessModule.forFeature([...SERVICE_DECLARATIONS, ...permissions]),
    ],
  };
}
