"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.readNews = readNews;
const cursor_js_1 = require("./cursor.js");
const KINDS = new Set([
    'token',
    'session',
    'account',
    'client',
    'rbac',
    'keys',
    'all',
]);
/**
 * Reads one event; undefined for a kind that isn't known, which later services may send.
 *
 * @throws TypeError for one of ours that can't be understood: what it says must not be missed
 */
function readNews({ event, data, id }) {
    if (event !== 'opened' && event !== 'drop' && event !== 'heartbeat')
        return undefined;
    const said = JSON.parse(data);
    if (event === 'heartbeat')
        return { type: event, clock: numberOf(said['clock']) };
    const cursor = (0, cursor_js_1.parseCursor)(id) ?? unintelligible();
    if (event === 'drop')
        return { type: event, cursor, changes: changesOf(said['drops']) };
    const { resumed, clock, lease } = said;
    return { type: event, cursor, resumed: resumed === true, clock: numberOf(clock), lease: numberOf(lease) };
}
function changesOf(drops) {
    if (!Array.isArray(drops))
        return unintelligible();
    return drops.map((drop) => {
        const [kind, subject] = Array.isArray(drop) ? drop : [];
        // A kind that isn't known yet may be about anything.
        if (typeof kind !== 'string' || !KINDS.has(kind))
            return { kind: 'all', subject: '' };
        return { kind: kind, subject: typeof subject === 'string' ? subject : '' };
    });
}
function numberOf(value) {
    return typeof value === 'number' && Number.isFinite(value) ? value : unintelligible();
}
function unintelligible() {
    throw new TypeError('the stream of events says something that can’t be understood');
}
