import pg from 'pg';
import { DataSource } from 'typeorm';
import { DATABASE_SCHEMA } from './database-options.js';
import { type EntityClass, type MigrationClass } from './feature.js';

/** The two things in a database: what is mapped, and how it came to be. */
export interface DatabaseContents {
  entities: readonly EntityClass[];
  migrations: readonly MigrationClass[];
}

/**
 * A data source over a pool of `pg`; not yet connected. The schema is its default, so that entities name none.
 * `int8` comes as a number, in this pool alone: `pg` would otherwise change it for the whole process.
 */
export function createDataSource(
  { entities, migrations }: DatabaseContents,
  Pool: typeof pg.Pool,
  pool: pg.PoolConfig,
  onPoolError: (error: Error) => void,
): DataSource {
  return new DataSource({
    type: 'postgres',
    schema: DATABASE_SCHEMA,
    entities: [...entities],
    migrations: [...migrations],
    // The bare pool: with all of `pg`, TypeORM would go over to pg-native wherever that happens to be installed.
    driver: { Pool },
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
    // A connection that breaks while idle is replaced at the next query; unheard, its error would end the process.
    poolErrorHandler: onPoolError,
    extra: { ...pool, types: int8AsNumber },
  });
}

const { INT8, INT4 } = pg.types.builtins;
type TypeId = typeof INT8;
const INT8_ARRAY = 1016 as TypeId;
const INT4_ARRAY = 1007 as TypeId;

// Epochs, positions and counts stay far below 2^53, so an int8 may be read as an int4 is: as a number.
const READ_AS = new Map<TypeId, TypeId>([
  [INT8, INT4],
  [INT8_ARRAY, INT4_ARRAY],
]);

const int8AsNumber: pg.CustomTypesConfig = {
  getTypeParser: ((type: TypeId, format: 'text' = 'text') =>
    pg.types.getTypeParser(READ_AS.get(type) ?? type, format)) as typeof pg.types.getTypeParser,
};
