import { basic } from './oauth.js';

/** What one request was answered; the status is 0 where no whole answer came. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: any;
}

/** How a request is made, beside its method and path. */
export interface Request {
  readonly token?: string;
  readonly client?: readonly [id: string, secret: string];
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** Asks a service that may die before it has answered. */
export async function ask(
  url: string,
  method: string,
  path: string,
  { token, client, json, form }: Request = {},
): Promise<Answered> {
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(client && basic(...client)),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form && { body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: text === '' ? undefined : JSON.parse(text),
    };
  } catch {
    return { status: 0, headers: new Headers(), json: undefined };
  }
}

/** Whether an answer leaves open what was done: none came, or one that says "not now". */
export function isOpen({ status }: Answered): boolean {
  return status === 0 || status === 503;
}
