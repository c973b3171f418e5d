import type { FastifyReply } from 'fastify';

/** Answers in the form of RFC 6749 §5.2. */
export function sendOAuthError(reply: FastifyReply, status: number, error: string, description: string): void {
  void reply
    .status(status)
    .headers({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
    .send({ error, error_description: legalDescription(description) });
}

/** RFC 6749 §5.2 allows printable ASCII without `"` and `\`, and callers' words may stand in a description. */
function legalDescription(description: string): string {
  return description
    .replaceAll('’', "'")
    .replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '?')
    .slice(0, 500);
}
