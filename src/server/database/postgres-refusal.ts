import { DatabaseStartError } from './database-start-error.js';
import { type PostgresAddress } from './postgres-url.js';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const WRONG_PASSWORD = '28P01';
const NOT_AUTHORIZED = '28000';
const NOT_PERMITTED = '42501';
const UNKNOWN_DATABASE = '3D000';
const WORTH_WAITING = new Set([
  '57P01', // shutting down
  '57P02', // crashed, restarting
  '57P03', // starting up
  '53300', // too many connections
  '08006',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND', // the name of a container that isn't up yet
  'EAI_AGAIN',
  'ENOENT', // the socket of a server that isn't up yet
]);

/**
 * What to tell the person if no waiting can cure the failure of a connection; undefined if waiting may.
 */
export function refusal(error: unknown, { where, user, database }: PostgresAddress): DatabaseStartError | undefined {
  if (error instanceof DatabaseStartError) return error;
  const { code, message } = error as { code?: string; message: string };
  const refused = (kind: 'access-refused' | 'database-unknown' | 'server-unsuitable', sentence: string) =>
    new DatabaseStartError(kind, sentence, { cause: error });
  switch (code) {
    case WRONG_PASSWORD:
      return refused(
        'access-refused',
        `PostgreSQL at ${where} refused the password of user "${user}". Correct user and password in DATABASE_URL.`,
      );
    case NOT_AUTHORIZED:
    case NOT_PERMITTED:
      return refused(
        'access-refused',
        `PostgreSQL at ${where} refused user "${user}": ${message}. Correct the user in DATABASE_URL, or let the ` +
          'server accept it (pg_hba.conf).',
      );
    case UNKNOWN_DATABASE:
      return refused(
        'database-unknown',
        `PostgreSQL at ${where} has no database "${database}". Create it (createdb), or correct DATABASE_URL.`,
      );
  }
  if (message.startsWith('SASL') && message.includes('password')) {
    return refused(
      'access-refused',
      `PostgreSQL at ${where} wants a password, and DATABASE_URL has none for "${user}".`,
    );
  }
  if (/\bSSL\b|certificate/i.test(message)) {
    return refused(
      'server-unsuitable',
      `No encrypted connection to PostgreSQL at ${where}: ${message}. Set sslmode (and sslrootcert) in DATABASE_URL as ` +
        'the server needs it.',
    );
  }
  // Without a code it is the client's own: the connection broke or took too long.
  if (code === undefined || WORTH_WAITING.has(code)) return undefined;
  return refused('server-unsuitable', `PostgreSQL at ${where} refused the connection: ${message} (${code}).`);
}
