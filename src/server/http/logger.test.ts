import { expect, it } from 'vitest';
import { describeError } from './logger.js';

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
