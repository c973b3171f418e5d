/** Whether a text is one line of at most so many characters, as what is written over HTTP must be. */
export function isLine(text: string, longest: number): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text) && Array.from(text).length <= longest;
}
