/** What can come of a command that wasn't done; each has its exit code. */
export type ConsoleErrorCode = 'failed' | 'usage' | 'not-found' | 'conflict' | 'unreachable';

/** Why a command wasn't done, in words for the operator. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';

  constructor(
    readonly code: ConsoleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
