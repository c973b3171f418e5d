/** A User-Agent. As much is kept of it; no header has these characters (RFC 9110 §5.5). */
export const AGENT = { maxLength: 300, pattern: String.raw`^[^\u0000\n\r]*$` };
