import type { GroupRule, SourceUser, UserSource } from 'nest-gatehouse';

/** Where the service is that knows the people, and by what it knows us. */
export interface HttpUserSourceOptions {
  readonly url: string;
  /** Without it anybody could try passwords there. */
  readonly secret: string;
  readonly groupRules?: readonly GroupRule[];
}

/**
 * People who are known to an HTTP service:
 *
 * - `POST /check` `{username, password}` answers `{person}`, which is null where the password is wrong or nobody is called so;
 * - `POST /people` `{ids}` answers `{people}`, those that there are.
 *
 * Nobody is there is an answer of 200. Everything else, also a 401 or a 404, isn't the answer of somebody who has looked:
 * a proxy without its backend, a wrong secret, another version. That throws, and nobody is locked out for it.
 */
export class HttpUserSource implements UserSource {
  readonly name = 'people';
  readonly timeLimit = 2_000;
  readonly groupRules: readonly GroupRule[];
  private readonly url: string;
  private readonly secret: string;

  constructor({ url, secret, groupRules = [] }: HttpUserSourceOptions) {
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) {
      throw new Error(`${url} is neither HTTPS nor on this machine: passwords would be sent in the clear.`);
    }
    this.url = url.replace(/\/+$/, '');
    this.secret = secret;
    this.groupRules = groupRules;
  }

  async authenticate(username: string, password: string, signal: AbortSignal) {
    const { person } = await this.ask('/check', { username, password }, signal);
    return person === null ? undefined : readPerson(person);
  }

  async lookUp(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, SourceUser>> {
    const { people } = await this.ask('/people', { ids }, signal);
    if (!Array.isArray(people)) throw new Error('The people service answered no list.');
    return new Map(people.map(readPerson).map((person) => [person.id, person]));
  }

  /** What is thrown gets into the log, so nothing that was sent or that came back is in it. */
  private async ask(path: string, body: object, signal: AbortSignal): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.secret}` },
      body: JSON.stringify(body),
      // Never on to another place, with a password.
      redirect: 'error',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`The people service answered ${response.status} to ${path}.`);
    }
    const text = await response.text();
    const answer = parse(text);
    if (typeof answer !== 'object' || answer === null)
      throw new Error(`The people service answered no object to ${path}.`);
    return answer as Record<string, unknown>;
  }
}

/** Says nothing of the text, as JSON.parse would. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes nothing on trust: half an answer would be somebody without groups, or without an id. */
function readPerson(value: unknown): SourceUser {
  const { id, username, email, name, isActive, groups } = Object(value) as Record<string, unknown>;
  if (
    typeof id !== 'string' ||
    typeof username !== 'string' ||
    typeof isActive !== 'boolean' ||
    !Array.isArray(groups) ||
    !groups.every((group) => typeof group === 'string') ||
    !(email === undefined || typeof email === 'string') ||
    !(name === undefined || typeof name === 'string')
  ) {
    throw new Error('The people service answered somebody of another shape than was agreed.');
  }
  return { id, username, email, name, isActive, groups };
}
