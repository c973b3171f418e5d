const MIN_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 8;

/** Words that stand in templates and tutorials, and never by chance in random hexadecimal or base64 text. */
const PLACEHOLDER_WORDS = [
  'changeme',
  'changethis',
  'default',
  'example',
  'gatehouse',
  'insecure',
  'openssl',
  'password',
  'placeholder',
  'replaceme',
  'replacethis',
  'secret',
  'yourkey',
];

/**
 * Whether a text may be the application's secret: 32 bytes or more, and none of the things that people put in such a
 * place to get past a check of the length (a template's text, one character or one piece repeated, the alphabet).
 * It can't tell how the text was made.
 */
export function isStrongSecret(text: string): boolean {
  if (Buffer.byteLength(text) < MIN_BYTES) return false;
  if (new Set(text).size < MIN_DISTINCT_CHARACTERS) return false;
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  if (PLACEHOLDER_WORDS.some((word) => letters.includes(word))) return false;
  return !isRepetition(text) && !isSequence(text);
}

/** One piece, at most half as long as the text, again and again. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Most characters are followed by a neighbour in the alphabet or among the digits. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1) steps++;
  }
  return steps > text.length / 2;
}
