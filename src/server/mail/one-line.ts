/** What would begin a line or a header, be obeyed rather than shown, or turn the direction of what follows. */
const NOT_SHOWN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** What people chose, as one line that shows all that is in it, of so many characters at most. */
export function oneLine(text: string, most: number): string {
  const line = Array.from(text.replaceAll(NOT_SHOWN, ' ').trim());
  return line.length <= most ? line.join('') : `${line.slice(0, most - 1).join('')}…`;
}
