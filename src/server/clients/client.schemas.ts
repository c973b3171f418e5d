import type { ApiPropertyOptions } from '@nestjs/swagger';

/** More of one thing than anybody means. */
export const MOST = 200;

/** The name of a grant type, in the characters of RFC 6749 appendix A.10. */
export const GRANT = { maxLength: 200, pattern: String.raw`^[\x21\x23-\x5B\x5D-\x7E]+$` };

/** An area of permissions. */
export const PREFIX = { maxLength: 90, pattern: '^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*$' };

/** An absolute URI without a fragment (RFC 8707 §2). */
export const RESOURCE = {
  maxLength: 255,
  format: 'uri',
  pattern: "^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9_\\-.~:/?\\[\\]@!$&'()*+,;=%]+$",
};

/** Where people are sent back to. */
export const REDIRECT_URI = {
  maxLength: 2_000,
  format: 'uri',
  pattern: String.raw`^https?:\/\/[\x21\x22\x24-\x29\x2B-\x5B\x5D-\x7E]+$`,
};

/** A secret that was made here: 256 random bits. */
export const CLIENT_SECRET = { minLength: 43, maxLength: 43, pattern: String.raw`^[\w-]+$` };

/** A list as the database keeps it: no more than was let in, and nothing twice. */
export function arrayOf(items: object, more: object = {}): ApiPropertyOptions {
  return {
    type: 'array',
    items: { type: 'string', ...items },
    maxItems: MOST,
    uniqueItems: true,
    ...more,
  } as ApiPropertyOptions;
}
