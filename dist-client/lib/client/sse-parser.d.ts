/** An event of a stream (WHATWG HTML, "Server-sent events"). */
export interface ServerSentEvent {
    readonly event: string;
    readonly data: string;
    /** The last id that the stream named, with this event or before it; undefined before the first. */
    readonly id: string | undefined;
}
/** Takes a stream of events apart, in whatever pieces it comes: bytes of one character, or of one line end, may be split. */
export declare class SseParser {
    private readonly decoder;
    private rest;
    private event;
    private data;
    private id;
    private length;
    /**
     * The events that this piece completes.
     *
     * @throws RangeError for an event of more than 16 million characters
     */
    push(bytes: Uint8Array): ServerSentEvent[];
    private takeLine;
}
