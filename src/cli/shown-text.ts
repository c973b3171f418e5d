/**
 * What a terminal would obey rather than show: control characters, and those that turn the direction of what follows.
 * Names come from anywhere.
 */
const OBEYED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** As {@link OBEYED}, of what JSON.stringify leaves as it is. */
const OBEYED_IN_JSON = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** The text with everything that a terminal would obey written out. */
export function visible(text: string): string {
  return text.replaceAll(OBEYED, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** The value as JSON that is safe to print; it is the same value. */
export function visibleJson(value: unknown, indent?: number): string {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, undefined, indent).replaceAll(OBEYED_IN_JSON, escape);
}

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many columns of a terminal the text takes (UAX #11, as far as names need it). */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += columnsOfOne(segment);
  return columns;
}

function columnsOfOne(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** The text in so many columns at most; what was cut ends with "…". */
export function cut(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  let kept = '';
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) {
    columns += columnsOfOne(segment);
    if (columns > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
