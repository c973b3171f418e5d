/** The application's declarations of who may do what don't fit together; it must not start. */
export class AccessStartError extends Error {
  override readonly name = 'AccessStartError';

  /** @param problems one sentence each, naming the route or the permission, and what to do */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
