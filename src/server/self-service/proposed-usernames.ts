import { isUsername } from '../users/is-username.decorator.js';

/** So many are looked up at once. */
const NUMBERED = 20;
const LONGEST = 80;

/** User names that can be made of a mail address, the best first; the last one is as good as free. */
export function proposedUsernames(email: string, random: () => number = Math.random): string[] {
  const [local = ''] = email.slice(0, email.lastIndexOf('@')).split('+');
  const name = local
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  // With room for a number.
  const base = isUsername(name) && name.length <= LONGEST ? name : 'user';
  const numbers = Array.from({ length: NUMBERED - 1 }, (_, index) => String(index + 2));
  return ['', ...numbers, String(Math.floor(random() * 1e12))].map((number) => base + number).filter(isUsername);
}
