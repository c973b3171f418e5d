import type { BuiltService } from '../support/built-service.js';
import type { Credentials } from './bodies.js';
import type { RawAnswer, RawRequest } from './raw-http.js';
import type { Recipe, TokenKind } from './recipes.js';

/** An id that nothing has. */
const NOTHING = '00000000-0000-4000-8000-000000000000';

/** How many are remembered of a kind. */
const REMEMBERED = 30;

/**
 * Of these only what was made here: an administrator’s request may change anybody’s password, and those who log in below must
 * be able to; and what is built in refuses most changes.
 */
const ONLY_MADE = new Set(['/users', '/groups', '/roles', '/permissions', '/clients']);

/** What changes whoever asks: their name, their password, their logins, that they are there at all. */
const CHANGES_ONESELF = new Set(['/users/me', '/users/me/password', '/users/me/sessions']);

/** What is known of the service while the requests are sent: who is logged in, and what there is. */
export class Known {
  private tokens: Record<TokenKind, string | undefined> = {} as never;
  private pair = { access_token: '', refresh_token: '' };
  private readonly ids = new Map<string, string[]>();
  private turn = 0;
  private passerBy = '';
  private logins = 0;

  constructor(private readonly service: BuiltService) {}

  /** For the bodies. */
  get credentials(): Credentials {
    return {
      password: this.service.passwords.get('frank')!,
      accessToken: this.pair.access_token,
      refreshToken: this.pair.refresh_token,
    };
  }

  /** Logs everybody in anew: hostile requests end sessions too. */
  async logIn(): Promise<void> {
    // Of a login of its own, since it is also what is revoked.
    this.pair = await this.login('frank');
    const { access_token: plain } = await this.login('frank');
    this.tokens = {
      none: undefined,
      bad: `${plain.slice(0, -8)}AAAAAAAA`,
      narrowed: (await this.login('admin', 'clients:read')).access_token,
      plain,
      administrator: (await this.login('admin')).access_token,
    };
    this.passerBy = await this.somebodyElse();
  }

  /** Of a path that changes whoever asks, the token is that of somebody who isn't needed: the others log in again. */
  token(kind: TokenKind, path: string): string | undefined {
    const isAnybody = kind === 'plain' || kind === 'administrator';
    return isAnybody && CHANGES_ONESELF.has(path) ? this.passerBy : this.tokens[kind];
  }

  /** An id that belongs into the path, if there is one. */
  id(path: string): string {
    const [list, name = ''] = path.split(/\/\{|\}/);
    const ids = this.ids.get(`${list} ${name}`) ?? [];
    return ids[this.turn++ % ids.length] ?? NOTHING;
  }

  /** Remembers what was made or listed, and forgets what was deleted. */
  learn({ operation: { path }, method }: Recipe, { target }: RawRequest, { status, body }: RawAnswer): void {
    if (method === 'DELETE' && status === 204) this.forget(path, target);
    if ((status !== 200 && status !== 201) || path.includes('{')) return;
    if (ONLY_MADE.has(path) && status !== 201) return;
    const answer = readJson(body);
    const rows: any[] = answer?.items ?? (Array.isArray(answer) ? answer : [answer]);
    for (const name of ['id', 'clientId', 'jti', 'name']) {
      const found = rows.map((row) => row?.[name]).filter((id) => typeof id === 'string');
      const ids = [...new Set([...found, ...(this.ids.get(`${path} ${name}`) ?? [])])];
      this.ids.set(`${path} ${name}`, ids.slice(0, REMEMBERED));
    }
  }

  /** Forgets what the address names. */
  private forget(path: string, target: string): void {
    const [list = '', name = ''] = path.split(/\/\{|\}/);
    const ids = this.ids.get(`${list} ${name}`) ?? [];
    this.ids.set(
      `${list} ${name}`,
      ids.filter((id) => !target.startsWith(`${list}/${id}`)),
    );
  }

  /** Makes somebody with the password that the bodies know, and logs them in. */
  private async somebodyElse(): Promise<string> {
    const username = `passer-by-${this.logins++}`;
    const { password } = this.credentials;
    const answer = await fetch(`${this.service.url}/users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.tokens.administrator}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.com`, password }),
    });
    if (answer.status !== 201) throw new Error(`${username} could not be made: ${await answer.text()}`);
    return (await this.login(username, '', password)).access_token;
  }

  private async login(
    username: string,
    scope = '',
    password = this.service.passwords.get(username)!,
  ): Promise<{ access_token: string; refresh_token: string }> {
    const form = new URLSearchParams({ username, password, scope });
    const answer = await fetch(`${this.service.url}/token`, { method: 'POST', body: form });
    if (answer.status !== 200) throw new Error(`${username} could not log in: ${await answer.text()}`);
    return (await answer.json()) as never;
  }
}

function readJson(body: Buffer): any {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
