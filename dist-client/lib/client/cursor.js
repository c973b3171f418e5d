"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.parseCursor = parseCursor;
exports.sayCursor = sayCursor;
exports.reaches = reaches;
/** Reads `<incarnation>:<position>`; undefined for anything else. */
function parseCursor(text) {
    const [, incarnation, position] = /^([^:\s]{1,100}):(\d{1,16})$/.exec(typeof text === 'string' ? text : '') ?? [];
    return incarnation === undefined ? undefined : { incarnation, position: Number(position) };
}
/** Writes it as `Last-Event-ID` and `Gatehouse-Position` have it. */
function sayCursor({ incarnation, position }) {
    return `${incarnation}:${position}`;
}
/** Whether what holds at `asOf` has everything in it that was known at `sent`. */
function reaches(asOf, sent) {
    return asOf !== undefined && asOf.incarnation === sent.incarnation && asOf.position >= sent.position;
}
