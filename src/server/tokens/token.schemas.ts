import { LONGEST_TOKEN } from '../../validity/index.js';

/** An access token: a JWT in its compact form (RFC 7515 §7.1). A longer one isn't looked at. */
export const ACCESS_TOKEN = { maxLength: LONGEST_TOKEN, pattern: String.raw`^[\w-]+\.[\w-]+\.[\w-]+$` };

/** A refresh token: 256 random bits. */
export const REFRESH_TOKEN = { minLength: 43, maxLength: 43, pattern: String.raw`^[\w-]+$` };
