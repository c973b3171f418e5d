import { nameKey } from '../names/name-key.js';

/** Whose password it is to be, as far as it is known. */
export interface PasswordOwner {
  readonly username?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Shorter parts of names are in too many words. */
const SHORTEST_PART = 3;

const NEITHER_LETTER_NOR_DIGIT = /[^\p{L}\p{N}]+/u;
const DIGIT = /^\p{N}/u;

/**
 * The words that no password is made of (ASVS 6.1.2, 6.2.11): user name, name and mail address, the name and the host of
 * the service, and the parts of each.
 *
 * @param service names of the service
 */
export function wordsAbout({ username, email, name }: PasswordOwner, service: readonly string[]): readonly string[] {
  const texts = [username, email, ...(email?.split('@') ?? []), name, ...service];
  const words = texts.flatMap((text) => {
    const parts = partsOf(text ?? '');
    return [parts.join(''), ...parts.filter((part) => part.length >= SHORTEST_PART)];
  });
  return [...new Set(words)].filter((word) => word.length > 1);
}

/**
 * Whether the password is nothing but some of the words, in any order, with or without accents, and with digits and punctuation anywhere:
 * `Maria.Rossi-1987!` is made of “maria” and “rossi”.
 */
export function isMadeOf(password: string, words: readonly string[]): boolean {
  const text = partsOf(password).join('');
  // What is before a place: digits alone, or words and digits.
  const digits = [true];
  const made = [false];
  for (let at = 0; at < text.length; at++) {
    if (!digits[at] && !made[at]) continue;
    if (DIGIT.test(text[at]!)) {
      digits[at + 1] ||= digits[at]!;
      made[at + 1] ||= made[at]!;
    }
    for (const word of words) {
      if (text.startsWith(word, at)) made[at + word.length] = true;
    }
  }
  return made[text.length] === true;
}

/** Letters and digits as they are compared, without accents. */
function partsOf(text: string): string[] {
  return nameKey(text).normalize('NFD').replaceAll(/\p{M}/gu, '').split(NEITHER_LETTER_NOR_DIGIT);
}
