import { Logger as NestLogger } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { describeError } from '../server/http/logger.js';

interface Line {
  readonly level: number;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
  readonly [part: string]: unknown;
}

/** pino's numbers of its levels, from which on Nest's logger is told so. The greatest first. */
const LEVELS = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'log'],
  [20, 'debug'],
  [0, 'verbose'],
] as const;

/** A log whose lines are written by Nest's logger, whichever the application has set. Requests are told at `debug`. */
export function hostLog(level: string): Logger {
  const nest = new NestLogger('Gatehouse');
  return pino(
    { level, base: undefined, timestamp: false, serializers: { err: describeError } },
    {
      write: (text: string) => {
        const { level: number, msg = '', err, ...parts } = JSON.parse(text) as Line;
        const method = LEVELS.find(([least]) => number >= least)![1];
        const more = Object.entries(parts).map(([name, value]) => `${name}=${said(value)}`);
        const words = [msg, ...more].filter(Boolean).join(' ');
        // The application has a log of requests of its own, or wants none.
        if (msg === 'request') nest.debug(words);
        else if (err?.stack) nest[method](words, err.stack);
        else nest[method](words);
      },
    },
  );
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
