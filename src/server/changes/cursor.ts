/** Where a reader of the change log is: the last position it applied, in which incarnation of the database. */
export interface Cursor {
  readonly incarnation: string;
  readonly position: number;
}

const FORM = /^([\da-z-]{1,64}):(\d{1,15})$/;

/** The cursor as others are told it: `<incarnation>:<position>`. */
export function formatCursor({ incarnation, position }: Cursor): string {
  return `${incarnation}:${position}`;
}

/** Reads what {@link formatCursor} wrote; undefined for anything else. */
export function parseCursor(text: string): Cursor | undefined {
  const [, incarnation, position] = FORM.exec(text) ?? [];
  return incarnation === undefined ? undefined : { incarnation, position: Number(position) };
}

/** Whether who is at `cursor` has applied all that somebody at `other` has. Positions of two incarnations don't compare. */
export function hasReached(cursor: Cursor, other: Cursor): boolean {
  return cursor.incarnation === other.incarnation && cursor.position >= other.position;
}
