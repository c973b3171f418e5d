import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { AccessStartError } from '../../access/index.js';
import { DatabaseStartError } from '../database/database-start-error.js';
import { StartError } from '../start-error.js';
import { logDestination } from './log-destination.js';

/** What Nest says while it starts is for those who debug it. */
const CHATTY = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication']);

/**
 * The log: JSON lines on standard output, or readable ones on a terminal. Nothing that goes into it holds a secret:
 * headers, bodies and queries are never logged, and errors only by their parts.
 */
export async function createLogger(level: string): Promise<Logger> {
  const options = { level, base: undefined, serializers: { err: describeError } };
  if (!process.stdout.isTTY)
    return plain(pino({ ...options, timestamp: timestamp() }, logDestination(process.stdout.fd)));
  const { default: pretty } = await import('pino-pretty');
  return plain(
    pino(options, pretty({ translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', singleLine: true, sync: true })),
  );
}

const plainLoggers = new WeakSet<Logger>();

function plain(logger: Logger): Logger {
  plainLoggers.add(logger);
  return logger;
}

/** Whether a line of the logger is what is logged and no more. That of an application may redact, add, and name things otherwise. */
export function isPlain(logger: Logger): boolean {
  return plainLoggers.has(logger);
}

/** ISO 8601, written once a millisecond: under load many lines have the same. */
function timestamp(): () => string {
  let at = NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

/** The parts of an error that are safe to log: database errors carry their parameters, and those may be secret. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return { type: name, message, code, stack, ...(cause instanceof Error && { cause: describeError(cause) }) };
}

/** Nest's own logger, on top of ours. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.write(context && CHATTY.has(context) ? 'debug' : 'info', message, context);
  }
  error(message: unknown, stackOrContext?: string, context?: string): void {
    const where = context ?? (stackOrContext?.includes('\n') ? undefined : stackOrContext);
    this.write(where === 'ExceptionHandler' && isSaidElsewhere(message) ? 'debug' : 'error', message, where);
  }
  warn(message: unknown, context?: string): void {
    this.write('warn', message, context);
  }
  debug(message: unknown, context?: string): void {
    this.write('debug', message, context);
  }
  verbose(message: unknown, context?: string): void {
    this.write('trace', message, context);
  }
  fatal(message: unknown, context?: string): void {
    this.write('fatal', message, context);
  }

  private write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    context?: string,
  ): void {
    const { words, parts } = partsOf(message);
    this.logger[level]({ ...(context && { context }), ...parts }, words);
  }
}

/** A start that a person has to mend is said in a sentence where it ends; a stack before it would only hide that. */
function isSaidElsewhere(error: unknown): boolean {
  const said = [DatabaseStartError, AccessStartError, StartError].some((type) => error instanceof type);
  return said && (error as Error).cause === undefined;
}

/** An object with a `message` is logged with its other members beside it. */
function partsOf(message: unknown): { words: string; parts: object } {
  if (message instanceof Error) return { words: message.message, parts: { err: message } };
  if (typeof message === 'object' && message !== null && 'message' in message) {
    const { message: words, ...parts } = message;
    return { words: String(words), parts };
  }
  return { words: String(message), parts: {} };
}
