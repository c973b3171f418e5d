/** Reads one path parameter before a check sees it, so that `/invoices/abc/approval` is 400 and not a database error. */
export interface ParamParser<T> {
    /** What is expected, for the error: "must be {expects}". */
    readonly expects: string;
    /** The value, or undefined when the text isn't one. */
    parse(text: string): T | undefined;
}
/** A UUID in its usual spelling (RFC 9562 §4), in lower case afterwards. */
export declare const uuid: ParamParser<string>;
/** A whole number that fits PostgreSQL's `integer`, without sign, spaces or leading zeros. */
export declare const integer: ParamParser<number>;
/** Any text of 1 to 200 characters. */
export declare const text: ParamParser<string>;
