import { DatabaseStartError } from './database-start-error.js';

/** What may be said about a connection in logs and errors. */
export interface PostgresAddress {
  /** `host:port`, or the folder of the socket. */
  where: string;
  user: string;
  database: string;
}

/**
 * Reads the address out of a connection URL.
 * @throws DatabaseStartError naming DATABASE_URL and what is wrong with it, never the URL itself: it has the password.
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) throw invalid('is not a URL; a password with characters like @ / : # % must be percent-encoded');
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw invalid(`must begin with postgres:// or postgresql://, not with ${parsed.protocol}`);
  }
  const host = parsed.searchParams.get('host') || parsed.hostname;
  if (!host) throw invalid('names no host');
  const database = decoded(parsed.pathname.slice(1));
  if (!database) throw invalid('names no database after the host');
  const where = host.startsWith('/') ? host : `${host}:${parsed.searchParams.get('port') || parsed.port || '5432'}`;
  return { where, user: decoded(parsed.username), database };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('has a % that begins no percent-encoded character; write %25 for a percent sign');
  }
}

function invalid(what: string): DatabaseStartError {
  return new DatabaseStartError(
    'url-invalid',
    `DATABASE_URL ${what}. It looks like postgres://user:password@host:5432/database.`,
  );
}
