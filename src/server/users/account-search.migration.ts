import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseStartError } from '../database/database-start-error.js';
import { nameKey } from '../names/name-key.js';

/** As many names are folded at once as fit well into one statement. */
const BATCH = 10_000;

/** Sorted by a key and found by the next one: `readPage` orders by both, and the kind is always given. */
const SORTS = {
  username: 'username_key',
  name: 'name_key',
  email: "coalesce(email_key, '')",
  created: 'created_at',
  // A login then writes to each index of the account. Beside the hash of its password that is nothing.
  last_login: "coalesce(last_login_at, '-infinity')",
};

/**
 * Accounts are found by any part of their user name, name, mail address and id. What is searched is folded by the code
 * (name-key.ts), since PostgreSQL's `lower()` leaves all but ASCII alone where the database's locale is C.
 */
export class CoreAccountSearch1763800000070 implements MigrationInterface {
  readonly name = 'CoreAccountSearch1763800000070';

  async up(db: QueryRunner): Promise<void> {
    const extension = await trigrams(db);
    await db.query(`
      -- The person's name as it is compared; the code writes it, as it does the other keys.
      ALTER TABLE gatehouse.accounts ADD COLUMN name_key text NOT NULL DEFAULT '';
    `);
    await foldNames(db);
    await db.query(`
      -- A line for each, which no one line of a query reaches across.
      ALTER TABLE gatehouse.accounts ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS
        (username_key || E'\\n' || name_key || E'\\n' || coalesce(email_key, '') || E'\\n' || id::text) STORED;
      CREATE INDEX accounts_search ON gatehouse.accounts USING gin (search_text ${extension}.gin_trgm_ops)
        -- Each login writes to it. What is kept to be written later is read by each search until then: so little (kB).
        WITH (gin_pending_list_limit = 256);
      ${Object.entries(SORTS)
        .map(([name, key]) => `CREATE INDEX accounts_by_${name} ON gatehouse.accounts (kind, (${key}), (id::text));`)
        .join('\n')}
      -- Nobody's rights hang on what is searched.
      CREATE OR REPLACE TRIGGER accounts_change AFTER UPDATE OR DELETE ON gatehouse.accounts FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at', 'updated_at', 'password_hash', 'description',
          'email', 'email_key', 'is_verified', 'must_change_password', 'name_key', 'search_text');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE OR REPLACE TRIGGER accounts_change AFTER UPDATE OR DELETE ON gatehouse.accounts FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at', 'updated_at', 'password_hash', 'description',
          'email', 'email_key', 'is_verified', 'must_change_password');
      DROP INDEX ${Object.keys(SORTS)
        .map((name) => `gatehouse.accounts_by_${name}`)
        .join(', ')};
      ALTER TABLE gatehouse.accounts DROP COLUMN search_text, DROP COLUMN name_key;
    `);
  }
}

/**
 * The schema of `pg_trgm`, which is made if it isn't there. Where it can't be, the start stops: without the index a
 * search would read all accounts, and nobody would know why until there are many.
 */
async function trigrams(db: QueryRunner): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const [row] = await db.manager.query<{ schema: string }[]>(
      `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
        WHERE extname = 'pg_trgm'`,
    );
    return row?.schema;
  };
  const there = await find();
  if (there !== undefined) return there;
  try {
    await db.query('CREATE EXTENSION pg_trgm WITH SCHEMA gatehouse');
  } catch (error) {
    throw new DatabaseStartError(
      'access-refused',
      `The search for accounts needs PostgreSQL's extension pg_trgm, and it could not be made: ${(error as Error).message}. ` +
        'Let the database user make it (GRANT CREATE ON DATABASE … TO …), or make it once as a superuser: ' +
        'CREATE EXTENSION pg_trgm. It comes with PostgreSQL, on some systems in a package named postgresql-contrib.',
      { cause: error },
    );
  }
  return 'gatehouse';
}

async function foldNames(db: QueryRunner): Promise<void> {
  await db.query('ALTER TABLE gatehouse.accounts DISABLE TRIGGER USER');
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await db.manager.query<{ id: string; name: string }[]>(
      `SELECT id, name FROM gatehouse.accounts WHERE id > $1 AND name <> '' ORDER BY id LIMIT ${BATCH}`,
      [last],
    );
    if (rows.length === 0) break;
    await db.query(
      `UPDATE gatehouse.accounts SET name_key = folded.key FROM unnest($1::uuid[], $2::text[]) AS folded (id, key)
        WHERE accounts.id = folded.id`,
      [rows.map(({ id }) => id), rows.map(({ name }) => nameKey(name))],
    );
    last = rows.at(-1)!.id;
  }
  await db.query('ALTER TABLE gatehouse.accounts ENABLE TRIGGER USER');
}
