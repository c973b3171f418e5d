import { type MigrationInterface } from 'typeorm';

/** A class that TypeORM maps to a table. */
export type EntityClass = abstract new (...args: never[]) => object;

/** A migration; its instances have a `name` that ends in a 13-digit timestamp, e.g. `CoreAccounts1764000000001`. */
export type MigrationClass = new () => MigrationInterface;

/** What one feature keeps in the database: its entities and the migrations that make their tables. */
export class DatabaseFeature {
  constructor(
    readonly entities: readonly EntityClass[],
    readonly migrations: readonly MigrationClass[] = [],
  ) {}
}
