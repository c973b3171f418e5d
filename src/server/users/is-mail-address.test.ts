import { validateSync } from 'class-validator';
import { expect, it } from 'vitest';
import { IsMailAddress } from './is-mail-address.decorator.js';

class Asked {
  @IsMailAddress() email: unknown;
}
const isTaken = (email: unknown): boolean => validateSync(Object.assign(new Asked(), { email })).length === 0;

it.each(['maria@example.com', 'Maria.Rossi+x@sub.example.com', 'ｍaria@example.com'])(
  '%s is a mail address',
  (email) => {
    expect(isTaken(email)).toBe(true);
  },
);

// A half of a character: validator's own check throws at it, which was answered with 500.
it.each([
  '\ud800',
  'a\udc00@example.com',
  'a@b',
  'a@example.com\n',
  'a\u200b@example.com',
  '',
  7,
  null,
  ['a@example.com'],
])('%j is none, and nothing is thrown', (email) => {
  expect(isTaken(email)).toBe(false);
});
