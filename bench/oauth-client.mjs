import { randomBytes } from 'node:crypto';

/** The header of what the token endpoints read. */
export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Makes the one client of a peer: what the peer is told, and what its client sends. */
export function peerClient() {
  const clientSecret = randomBytes(32).toString('base64url');
  return { clientSecret, authorization: `Basic ${Buffer.from(`bench:${clientSecret}`).toString('base64')}` };
}

/** Posts a form as a client does, and answers what came back, which must be 200. */
export async function post(url, authorization, form) {
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status} ${text}`);
  return JSON.parse(text);
}
