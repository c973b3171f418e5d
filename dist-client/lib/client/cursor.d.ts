/** A place in the news of the service: a position in the change log of one incarnation of its database. */
export interface Cursor {
    readonly incarnation: string;
    readonly position: number;
}
/** Reads `<incarnation>:<position>`; undefined for anything else. */
export declare function parseCursor(text: unknown): Cursor | undefined;
/** Writes it as `Last-Event-ID` and `Gatehouse-Position` have it. */
export declare function sayCursor({ incarnation, position }: Cursor): string;
/** Whether what holds at `asOf` has everything in it that was known at `sent`. */
export declare function reaches(asOf: Cursor | undefined, sent: Cursor): boolean;
