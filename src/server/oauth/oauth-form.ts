import { Form } from '../http/form.js';
import { OAuthError } from './oauth-error.js';

/**
 * The parameters of a request to an OAuth endpoint (RFC 6749 §3.2): a form, in the body, each of them once.
 *
 * @throws OAuthError `invalid_request`
 */
export function requireForm(body: unknown): Form {
  if (!(body instanceof Form)) {
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.');
  }
  if (body.repeated !== undefined) {
    throw new OAuthError('invalid_request', `The parameter ${body.repeated.slice(0, 50)} was sent twice.`);
  }
  return body;
}

/** The parameter `token` of a request about a token (RFC 7009 §2.1, RFC 7662 §2.1). @throws OAuthError */
export function requireToken(form: Form): string {
  const token = form.get('token');
  if (token === undefined) throw new OAuthError('invalid_request', 'The parameter token is missing.');
  return token;
}
