import { expect } from 'vitest';
import { createTestEnvironment, type Answer, type TestEnvironment } from './environment.js';

/** Everybody who is there after the first start. */
export const PEOPLE = ['admin', 'maria', 'frank', 'heidi', 'pat'] as const;
export type Person = (typeof PEOPLE)[number];
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** An id that no row has. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

/** The service with the demo people logged in. */
export class DemoPeople {
  private constructor(
    readonly service: TestEnvironment,
    private readonly tokens: Readonly<Record<Person, string>>,
    /** The ids of their accounts. */
    readonly ids: Readonly<Record<Person, string>>,
  ) {}

  static async logIn(): Promise<DemoPeople> {
    const service = await createTestEnvironment();
    const tokens = await Promise.all(PEOPLE.map(async (person) => [person, await service.login(person)]));
    const accounts: { id: string; username: string }[] = await service.database.query(
      'SELECT id, username FROM gatehouse.accounts',
    );
    const ids = accounts.map(({ id, username }) => [username, id]);
    return new DemoPeople(service, Object.fromEntries(tokens), Object.fromEntries(ids));
  }

  /** A request by one of them, or without a token. */
  ask(person: Person | undefined, method: Method, path: string, json?: unknown): Promise<Answer> {
    return this.service.ask(path, { method, json, token: person && this.tokens[person] });
  }

  /** Makes a row; answers it. */
  async make(person: Person, path: string, json: unknown): Promise<{ id: string } & Record<string, unknown>> {
    const answer = await this.ask(person, 'POST', path, json);
    if (answer.status !== 201) throw new Error(`${person} could not make a row at ${path}: ${answer.text}`);
    return answer.json;
  }

  close(): Promise<void> {
    return this.service.close();
  }
}

/** The fields that an answer names; it must be a 400. */
export function namedFields({ status, json }: Answer): string[] {
  expect(status).toBe(400);
  return json.errors.map(({ path }: { path: string }) => path);
}
