/** What can go wrong in the domain; the HTTP layer gives each its status. */
export type DomainErrorCode = 'overloaded' | 'not-found' | 'conflict' | 'unprocessable' | 'forbidden';

/** An error that the caller can understand. Its message is meant for them; the cause is for the log. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: DomainErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
