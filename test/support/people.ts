import { expect } from 'vitest';
import type { Answer, Ask, TestEnvironment } from './environment.js';
import { claimsOf } from './oauth.js';

let made = 0;

/** A body for `POST /users` that nobody else sends. */
export function person(over: object = {}): Record<string, unknown> {
  const username = `person-${++made}`;
  return { username, email: `${username}@example.com`, ...over };
}

/** The administration of people, as one who bears this token asks for it. */
export class People {
  constructor(
    private readonly service: Pick<TestEnvironment, 'ask'>,
    private readonly token: string,
  ) {}

  ask(path = '', init: Ask = {}): Promise<Answer> {
    return this.service.ask(`/users${path}`, { token: this.token, ...init });
  }

  /** Makes somebody, and answers the account. */
  async make(over: object = {}): Promise<any> {
    const { status, json, text } = await this.ask('', { json: person(over) });
    if (status !== 201) throw new Error(`The account could not be made: ${text}`);
    return json;
  }

  patch(id: string, json: object, ifMatch?: string): Promise<Answer> {
    return this.ask(`/${id}`, { method: 'PATCH', json, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } });
  }

  delete(id: string, ifMatch?: string): Promise<Answer> {
    return this.ask(`/${id}`, { method: 'DELETE', headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } });
  }
}

/** Somebody with a password who holds these groups and roles, logged in. */
export async function loggedIn(
  service: TestEnvironment,
  people: People,
  over: object = {},
): Promise<{ id: string; username: string; password: string; token: string; refresh: string; people: People }> {
  const password = 'correct horse battery';
  const { id, username } = await people.make({ password, ...over });
  const { status, json, text } = await service.ask('/token', { form: { username, password } });
  expect(status, text).toBe(200);
  const { access_token: token, refresh_token: refresh } = json;
  return { id, username, password, token, refresh, people: new People(service, token) };
}

/** The id of the account that bears the token. */
export function idOf(token: string): string {
  return claimsOf(token).sub;
}
