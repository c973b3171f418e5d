/**
 * A user name, mail address, group or role name as it is compared: NFKC, case-folded, without what can't be seen
 * (RFC 8265 §3.3 in spirit). Two names with one key are one name; the database holds the key unique.
 */
export function nameKey(name: string): string {
  const visible = name.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  // PostgreSQL has no text with a NUL. The replacement character is in no name, so nothing is found and nothing fails.
  return fold(visible).normalize('NFKC').replaceAll('\0', '\uFFFD').trim();
}

/**
 * Over upper case, which takes "ß" and "ſ" to what their case folding is; lower case alone leaves them. Lower case first,
 * since the capital "ẞ" is its own upper case.
 */
function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase();
}
