"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SseParser = void 0;
/** A line that long is no event of ours; a stream that never ends its line must not fill the memory. Characters. */
const LONGEST = 16 * 1024 * 1024;
const LINE_END = /\r\n|\n|\r/g;
/** Takes a stream of events apart, in whatever pieces it comes: bytes of one character, or of one line end, may be split. */
class SseParser {
    constructor() {
        this.decoder = new TextDecoder('utf-8');
        this.rest = '';
        this.event = '';
        this.data = [];
        this.length = 0;
    }
    /**
     * The events that this piece completes.
     *
     * @throws RangeError for an event of more than 16 million characters
     */
    push(bytes) {
        const text = this.rest + this.decoder.decode(bytes, { stream: true });
        const events = [];
        let start = 0;
        for (const { index, 0: end } of text.matchAll(LINE_END)) {
            // A CR at the very end may be half of a CRLF.
            if (end === '\r' && index === text.length - 1)
                break;
            this.takeLine(text.slice(start, index), events);
            start = index + end.length;
        }
        this.rest = text.slice(start);
        if (this.rest.length + this.length > LONGEST)
            throw new RangeError('an event of the stream is too long');
        return events;
    }
    takeLine(line, events) {
        if (line === '') {
            if (this.data.length > 0) {
                events.push({ event: this.event || 'message', data: this.data.join('\n'), id: this.id });
            }
            this.event = '';
            this.data = [];
            this.length = 0;
            return;
        }
        const colon = line.indexOf(':');
        // A line that begins with a colon is a comment.
        if (colon === 0)
            return;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
        if (field === 'event')
            this.event = value;
        else if (field === 'data') {
            this.data.push(value);
            this.length += value.length;
        }
        else if (field === 'id' && !value.includes('\0'))
            this.id = value;
    }
}
exports.SseParser = SseParser;
