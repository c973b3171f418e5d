/** Larger bodies than these have no use here. Bytes. */
export const JSON_LIMIT = 256 * 1024;
export const FORM_LIMIT = 32 * 1024;
