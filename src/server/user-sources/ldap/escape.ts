const hex = (character: string): string => `\\${character.codePointAt(0)!.toString(16).padStart(2, '0')}`;

/**
 * A value within a search filter (RFC 4515 §3): whatever it is, it stays a value. Letters beyond ASCII stay as they are,
 * as the RFC allows.
 */
export function escapeFilterValue(value: string): string {
  return value.replaceAll(/[\0()*\\]/g, hex);
}

/** A value within a distinguished name (RFC 4514 §2.4): whatever it is, it stays a value. */
export function escapeDnValue(value: string): string {
  return value.replaceAll(/[\0"+,;<=>\\\r\n]|^[ #]| $/g, hex);
}
