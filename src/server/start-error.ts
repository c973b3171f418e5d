/** The service can't start, and a person has to do something about it. The message says what; print it without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
