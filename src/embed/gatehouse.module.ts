import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { AccessModule, AccessStartError, DeclaredAccess, RouteInventory } from '../access/index.js';
import { SERVICE_DECLARATIONS } from '../policy/index.js';
import { EmbeddedService } from './embedded-service.js';
import type { GatehouseAsyncOptions, GatehouseOptions, GuardOptions, ServiceOptions } from './gatehouse.options.js';

const OPTIONS = 'gatehouse:embedded-options';
const VERIFIER = 'gatehouse:embedded-verifier';

/** The service, started when it is first asked for: while the application around it is being made. */
@Module({})
class EmbeddedServiceModule {
  static with(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return {
      module: EmbeddedServiceModule,
      imports: [DiscoveryModule, ...imports],
      providers: [
        options,
        {
          provide: EmbeddedService,
          inject: [OPTIONS, HttpAdapterHost, DiscoveryService],
          useFactory: (given: ServiceOptions, host: HttpAdapterHost, discovery: DiscoveryService) => {
            const { permissions, roles } = new DeclaredAccess(discovery);
            return EmbeddedService.start(given, host.httpAdapter, [...permissions.values(), ...roles.values()]);
          },
        },
        { provide: VERIFIER, inject: [EmbeddedService], useFactory: ({ verifier }: EmbeddedService) => verifier },
      ],
      exports: [EmbeddedService, VERIFIER],
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
   * The start-up check of the application's routes.
   *
   * @throws AccessStartError with a sentence for each route that is wrong
   */
  async onModuleInit(): Promise<void> {
    try {
      this.routes.verify([]);
      this.requireOwnPath();
    } catch (error) {
      await this.service.close();
      throw error;
    }
  }

  private requireOwnPath(): void {
    const { path } = this.service;
    const hidden = this.routes.routes.filter((route) => route.path === path || route.path.startsWith(`${path}/`));
    if (hidden.length === 0) return;
    throw new AccessStartError(
      hidden.map(
        (route) =>
          `${route.method} ${route.path} (${route.handler}) can't be reached: the service is mounted at ${path}. Give one of them another path.`,
      ),
    );
  }
}

function guarded({ undeclared, permissions = [] }: GuardOptions, service: DynamicModule): DynamicModule {
  return {
    module: GatehouseModule,
    imports: [
      service,
      AccessModule.forRoot({ imports: [service], verifier: VERIFIER, undeclared: undeclared ?? 'deny' }),
      // The service's own too, so that the application can ask for them.
      AccessModule.forFeature([...SERVICE_DECLARATIONS, ...permissions]),
    ],
    exports: [service],
  };
}
