"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.text = exports.integer = exports.uuid = void 0;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A UUID in its usual spelling (RFC 9562 §4), in lower case afterwards. */
exports.uuid = {
    expects: 'a UUID',
    parse: (text) => (UUID.test(text) ? text.toLowerCase() : undefined),
};
/** A whole number that fits PostgreSQL's `integer`, without sign, spaces or leading zeros. */
exports.integer = {
    expects: 'a whole number from 0 to 2147483647',
    parse: (text) => (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) <= 2_147_483_647 ? Number(text) : undefined),
};
/** Any text of 1 to 200 characters. */
exports.text = {
    expects: 'a text of 1 to 200 characters',
    parse: (value) => (value.length >= 1 && value.length <= 200 ? value : undefined),
};
