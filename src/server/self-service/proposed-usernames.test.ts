import { expect, it } from 'vitest';
import { isUsername } from '../users/is-username.decorator.js';
import { proposedUsernames } from './proposed-usernames.js';

it.each([
  ['maria@example.com', 'maria'],
  ['maria.rossi+news@example.com', 'maria.rossi'],
  ['"maria rossi"@example.com', 'maria-rossi-'],
  ['_maria@example.com', 'maria'],
  ['m@example.com', 'user'],
  ['5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10@example.com', 'user'],
  ['名前です@example.com', '名前です'],
])('of %s it is %s, then with numbers', (email, first) => {
  const names = proposedUsernames(email);
  expect(names.slice(0, 3)).toEqual([first, `${first}2`, `${first}3`]);
  expect(names.filter((name) => !isUsername(name))).toEqual([]);
});

it('the last one is another each time', () => {
  expect(proposedUsernames('maria@example.com', () => 0.5).at(-1)).toBe('maria500000000000');
  expect(proposedUsernames('maria@example.com').at(-1)).not.toBe(proposedUsernames('maria@example.com').at(-1));
});

it('a name that leaves no room for a number has others all the same', () => {
  expect(proposedUsernames(`${'x'.repeat(100)}@example.com`).at(-1)).toMatch(/^user\d+$/);
});
