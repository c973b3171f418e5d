import { pino } from 'pino';
import { expect, it } from 'vitest';
import { DatabaseStartError } from '../database/database-start-error.js';
import { describeError, NestLogger } from './logger.js';

it('logs of an error its parts, never its parameters', () => {
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    parameters: ['$2b$12$hash'],
    query: 'INSERT',
  });
  const logged = JSON.stringify(describeError(new Error('outer', { cause: error })));
  expect(logged).toContain('duplicate key');
  expect(logged).toContain('23505');
  expect(logged).not.toContain('hash');
});

it('shows no stack of a start that fails with a sentence, unless there is a cause to be read', () => {
  const log: string[] = [];
  const logger = new NestLogger(pino({ level: 'info' }, { write: (line: string) => void log.push(line) }));
  const sentence = 'PostgreSQL could not be reached. Start the server, or correct DATABASE_URL.';
  logger.error(new DatabaseStartError('unreachable', sentence), 'ExceptionHandler');
  expect(log).toEqual([]);
  logger.error(new DatabaseStartError('unreachable', sentence, { cause: new Error('why') }), 'ExceptionHandler');
  logger.error(new TypeError('a fault of ours'), 'ExceptionHandler');
  logger.error(new DatabaseStartError('unreachable', sentence), 'Elsewhere');
  expect(log).toHaveLength(3);
});
