import { PASSWORD_LENGTH } from '../../config/password-length.js';
import type { PasswordFault } from './password-rules.js';
import type { Estimate } from './strength-thread.js';

const { least, advised, most } = PASSWORD_LENGTH;

const OF_FAULTS: Readonly<Record<PasswordFault, string>> = {
  length: `It must be ${least} to ${most} characters.`,
  mask: 'It is only what is shown in the place of a password.',
  common: 'It is one of the passwords that are tried first.',
  'made-of-names': 'It is made of your name, user name or mail address, or of the name of this service.',
};

/** For the keys of zxcvbn's warnings and suggestions; those that say what another says already are left out. */
const OF_KEYS: Readonly<Record<string, string>> = {
  straightRow: 'Keys in a row are easy to guess.',
  keyPattern: 'Short patterns on the keyboard are easy to guess.',
  simpleRepeat: 'One character many times, such as “aaa”, is easy to guess.',
  extendedRepeat: 'A pattern many times, such as “abcabcabc”, is easy to guess.',
  sequences: 'Sequences such as “abc” or “6543” are easy to guess.',
  recentYears: 'Recent years are easy to guess.',
  dates: 'Dates are easy to guess.',
  topTen: 'It is among the ten most common passwords.',
  topHundred: 'It is among the hundred most common passwords.',
  common: 'It is a common password.',
  similarToCommon: 'It is much like a common password.',
  wordByItself: 'A single word is easy to guess.',
  namesByThemselves: 'Names are easy to guess.',
  commonNames: 'Common names are easy to guess.',
  userInputs: 'Nothing that is known of you or of this service should be in it.',
  l33t: 'Putting “@” for “a” and the like helps little.',
  reverseWords: 'Words spelt backwards help little.',
  allUppercase: 'Capitals all through help little.',
  capitalization: 'A capital at the beginning helps little.',
  associatedYears: 'Leave out years that have to do with you.',
  longerKeyboardPattern: 'Take a longer pattern on the keyboard, with several turns.',
  anotherWord: 'Add words that are less common.',
};

const LONGER = `${advised} or more characters are advised. Several words that have nothing to do with each other are easy to remember.`;

/** What to do about a password, as sentences, the most important first; nothing where it is good. */
export function adviceOn(
  password: string,
  fault: PasswordFault | undefined,
  { score, warning, suggestions }: Estimate,
): string[] {
  const keys = score < 4 ? [warning, ...suggestions] : [];
  const advice = [fault && OF_FAULTS[fault], ...keys.map((key) => OF_KEYS[key ?? ''])];
  if (Array.from(password).length < advised && (fault !== undefined || score < 4)) advice.push(LONGER);
  return [...new Set(advice)].filter((sentence) => sentence !== undefined);
}
