/** What can go wrong in the domain; the HTTP layer gives each its status. */
export type DomainErrorCode =
  | 'overloaded'
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'unprocessable'
  | 'forbidden'
  /** Nobody may do it here, whoever they are. */
  | 'closed'
  /** Whoever does it must have shown lately who they are. */
  | 'recent-login-required'
  | 'precondition-failed'
  | 'too-many';

/** What is wrong with one field of what was sent. */
export interface FieldError {
  /** Such as `permissions.2.name`. */
  readonly path: string;
  readonly message: string;
}

/** An error that the caller can understand. Its message is meant for them; the cause is for the log. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  /** Where it can be said which fields are wrong. */
  readonly errors: readonly FieldError[] | undefined;

  /** Seconds after which trying again makes sense, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: DomainErrorCode,
    message: string,
    options?: ErrorOptions & { readonly errors?: readonly FieldError[]; readonly retryAfter?: number },
  ) {
    super(message, options);
    this.errors = options?.errors;
    this.retryAfter = options?.retryAfter;
  }
}

/** An error that is about one field of what was sent, and says so. */
export function fieldError(code: DomainErrorCode, path: string, message: string, options?: ErrorOptions): DomainError {
  return new DomainError(code, message, { ...options, errors: [{ path, message }] });
}
