/**
 * What becomes of a route that has neither `@Protected` nor `@Public`: it stops the start (`deny`), or it is left exactly
 * as it would be without the guard, tokens and all unread (`leave`). The second is for an application that is secured
 * piece by piece.
 */
export type Undeclared = 'deny' | 'leave';

/** Injects the application's {@link Undeclared}. */
export const UNDECLARED = 'gatehouse:undeclared';
