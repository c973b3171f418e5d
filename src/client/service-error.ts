import { setTimeout as sleep } from 'node:timers/promises';

/** For which the reason of a refusal is waited for. Milliseconds. */
const PATIENCE = 1_000;

/** The service answered something else than what was asked for, or nothing. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  /**
   * @param status of the answer; 0 when there was none
   * @param message a sentence, with what the service said of it
   */
  constructor(
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an answer says of itself: `detail` (RFC 9457), or `error_description` and `error` (RFC 6749 §5.2). */
export async function errorOf(response: Response): Promise<ServiceError> {
  const text = await Promise.race([response.text().catch(() => ''), sleep(PATIENCE, '', { ref: false })]);
  return errorFrom(response.status, text);
}

/** As {@link errorOf}, of an answer that has been read. */
export function errorFrom(status: number, text: string): ServiceError {
  const { detail, error_description: description, error } = membersOf(text);
  const said = [detail, description, error].find((one) => typeof one === 'string') ?? '';
  return new ServiceError(status, `${status}${said ? `: ${said}` : ''}`);
}

/** What went wrong with a request, with the cause that `fetch` hides. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message || (error.cause as NodeJS.ErrnoException).code : '';
  return cause ? `${error.message}: ${cause}` : error.message;
}

function membersOf(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
