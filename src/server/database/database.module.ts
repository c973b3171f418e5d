import {
  type DynamicModule,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { type DatabaseOptions } from './database-options.js';
import { DatabaseFeature, type EntityClass, type MigrationClass } from './feature.js';
import { repositoryToken } from './inject-repository.js';
import { OpenDatabase, openDatabase } from './open-database.js';

const OPTIONS = Symbol('DatabaseOptions');

/** How the options are come by when they hang on other providers. */
export interface DatabaseAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: InjectionToken[];
  // The arguments are what `inject` names, which no type can follow.
  useFactory: (...injected: never[]) => DatabaseOptions | Promise<DatabaseOptions>;
}

/** Holds what `forFeature` adds, so that the root alone opens and closes the database. */
@Module({})
class DatabaseFeatureModule {}

/**
 * The database of one service: opened and migrated when the application starts, with what all features together have
 * declared, and closed after the HTTP server. Provides `OpenDatabase` and its `DataSource` everywhere.
 */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: OpenDatabase) {}

  /** The database, with options that are known already. Once an application. */
  static forRoot(options: DatabaseOptions): DynamicModule {
    return DatabaseModule.forRootAsync({ useFactory: () => options });
  }

  /** The database, with options that other providers make. Once an application. */
  static forRootAsync({ imports = [], inject = [], useFactory }: DatabaseAsyncOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports,
      providers: [
        { provide: OPTIONS, inject, useFactory },
        {
          provide: OpenDatabase,
          inject: [OPTIONS, ModulesContainer],
          useFactory: (options: DatabaseOptions, modules: ModulesContainer) =>
            openDatabase(options, declaredFeatures(modules)),
        },
        { provide: DataSource, inject: [OpenDatabase], useFactory: ({ dataSource }: OpenDatabase) => dataSource },
      ],
      exports: [OpenDatabase, DataSource],
    };
  }

  /**
   * What a feature keeps in the database; its module can then `@InjectRepository` these entities. Several modules may
   * name the same entity or migration.
   */
  static forFeature(entities: EntityClass[], migrations: MigrationClass[] = []): DynamicModule {
    const tokens = entities.map(repositoryToken);
    return {
      module: DatabaseFeatureModule,
      providers: [
        { provide: Symbol('DatabaseFeature'), useValue: new DatabaseFeature(entities, migrations) },
        ...entities.map((entity) => ({
          provide: repositoryToken(entity),
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => dataSource.getRepository(entity),
        })),
      ],
      exports: tokens,
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/**
 * Values are there before anything is resolved, so that the database can be opened with all of them: no list that
 * outlives an application, or that two services in one process would share.
 */
function declaredFeatures(modules: ModulesContainer): DatabaseFeature[] {
  return [...modules.values()]
    .flatMap((module) => [...module.providers.values()])
    .map(({ instance }) => instance as unknown)
    .filter((instance) => instance instanceof DatabaseFeature);
}
