import { expect, it } from 'vitest';
import { hashingConcurrency } from './thread-pool.js';

it('takes all cores but leaves a thread for other work', () => {
  expect(hashingConcurrency({ UV_THREADPOOL_SIZE: '16' }, 8)).toBe(8);
  expect(hashingConcurrency({}, 8)).toBe(3);
  expect(hashingConcurrency({ UV_THREADPOOL_SIZE: '1' }, 8)).toBe(1);
  expect(hashingConcurrency({ UV_THREADPOOL_SIZE: 'many' }, 2)).toBe(2);
});
