import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** What a form was answered with. */
export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** Posts a form. Redirects are never followed: the credentials are for the service alone. */
export type Post = (
  address: string,
  form: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Posted>;

/** No answer of the service's is so long. Characters. */
const LONGEST = 1024 * 1024;

const FORM = 'application/x-www-form-urlencoded';
const http = new HttpAgent({ keepAlive: true });
const https = new HttpsAgent({ keepAlive: true });

/**
 * By Node's own client: what is asked of each new token at the moment when a role changes for all of them costs a third
 * of what it does by `fetch`, measured.
 */
export const postByNode: Post = async (address, form, headers, signal) => {
  const send = (): Promise<Posted> =>
    new Promise((resolve, reject) => {
      const isSecure = address.startsWith('https:');
      const request = (isSecure ? httpsRequest : httpRequest)(address, {
        method: 'POST',
        agent: isSecure ? https : http,
        headers: { ...headers, 'content-type': FORM, 'content-length': Buffer.byteLength(form) },
        signal,
      });
      request.on('response', (response) => void read(response).then(resolve, reject));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The service closed a connection that was idle, just when it was to be used: it has heard nothing.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) resolve(send());
        else reject(error);
      });
      request.end(form);
    });
  return send();
};

/** By a `fetch` that the application brings, for proxies and the like. */
export function postBy(fetch: typeof globalThis.fetch): Post {
  return async (address, form, headers, signal) => {
    const init: RequestInit = { method: 'POST', body: form, headers: { ...headers, 'content-type': FORM }, signal };
    const response = await fetch(address, { ...init, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  };
}

async function read(response: IncomingMessage): Promise<Posted> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > LONGEST) throw new Error('the answer is too long');
  }
  return { status: response.statusCode ?? 0, text };
}
