"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.parseWhenUnreachable = parseWhenUnreachable;
const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 };
const DAY = 86_400_000;
/** @returns undefined for what isn't one, or is for longer than a day */
function parseWhenUnreachable(text) {
    if (text === 'introspect' || text === 'refuse')
        return { name: text, acceptFor: 0 };
    const [, count, unit] = /^accept-for:(\d{1,5})([smh])$/.exec(String(text)) ?? [];
    const acceptFor = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
    return acceptFor > 0 && acceptFor <= DAY ? { name: 'accept-for', acceptFor } : undefined;
}
