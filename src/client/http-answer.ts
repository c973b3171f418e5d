import { tokenInvalid, validityUnknown, type Refusal } from '../policy/index.js';

/** An answer that is given instead of the route's. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or empty. */
  readonly body: string;
}

/**
 * What an error of verifying or deciding means for the caller; undefined for an error that isn't one. By name and not by
 * class, since two copies of this package may be loaded.
 */
export function toRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'Refusal') return error as Refusal;
  if (error.name === 'InvalidTokenError') return tokenInvalid(error);
  return error.name === 'ValidityUnknownError' ? validityUnknown(error) : undefined;
}

/** A refusal as problem details (RFC 9457), never to be kept by anybody in between. */
export function problemAnswer({ problem, headers }: Refusal): HttpAnswer {
  return {
    status: problem.status,
    headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ type: 'about:blank', ...problem }),
  };
}

/** Sends a browser elsewhere. The same address answers programs otherwise. */
export function redirectAnswer(location: string): HttpAnswer {
  return { status: 302, headers: { Location: location, 'Cache-Control': 'no-store', Vary: 'Accept' }, body: '' };
}
