/** A place in the news of the service: a position in the change log of one incarnation of its database. */
export interface Cursor {
  readonly incarnation: string;
  readonly position: number;
}

/** Reads `<incarnation>:<position>`; undefined for anything else. */
export function parseCursor(text: unknown): Cursor | undefined {
  const [, incarnation, position] = /^([^:\s]{1,100}):(\d{1,16})$/.exec(typeof text === 'string' ? text : '') ?? [];
  return incarnation === undefined ? undefined : { incarnation, position: Number(position) };
}

/** Writes it as `Last-Event-ID` and `Gatehouse-Position` have it. */
export function sayCursor({ incarnation, position }: Cursor): string {
  return `${incarnation}:${position}`;
}

/** Whether what holds at `asOf` has everything in it that was known at `sent`. */
export function reaches(asOf: Cursor | undefined, sent: Cursor): boolean {
  return asOf !== undefined && asOf.incarnation === sent.incarnation && asOf.position >= sent.position;
}
