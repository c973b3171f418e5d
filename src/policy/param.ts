/** Reads one path parameter before a check sees it, so that `/invoices/abc/approval` is 400 and not a database error. */
export interface ParamParser<T> {
  /** What is expected, for the error: "must be {expects}". */
  readonly expects: string;
  /** The value, or undefined when the text isn't one. */
  parse(text: string): T | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID in its usual spelling (RFC 9562 §4), in capitals or small letters. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A UUID, in lower case afterwards. */
export const uuid: ParamParser<string> = {
  expects: 'a UUID',
  parse: (text) => (isUuid(text) ? text.toLowerCase() : undefined),
};

/** A whole number that fits PostgreSQL's `integer`, without sign, spaces or leading zeros. */
export const integer: ParamParser<number> = {
  expects: 'a whole number from 0 to 2147483647',
  parse: (text) => (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) <= 2_147_483_647 ? Number(text) : undefined),
};

/** Any text of 1 to 200 characters. */
export const text: ParamParser<string> = {
  expects: 'a text of 1 to 200 characters',
  parse: (value) => (value.length >= 1 && value.length <= 200 ? value : undefined),
};
