import { expect } from 'vitest';
import { introspect } from './auditor.js';
import type { Answer, TestEnvironment } from './environment.js';

/** Forgeries, by what is forged in them. */
export type Forgeries = Record<string, string>;

/** Milliseconds: looking at a forgery must not be dear. */
const QUICK = 50;

/** Whether an HTTP header can hold it as it is; the others can only be introspected. */
const fitsHeader = (token: string) => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token);

/** The answer of a guarded route to what is no bearer token. */
export function expectNoBearer({ status, headers }: Answer, what: string): void {
  expect([status, headers.get('www-authenticate')], what).toEqual([401, 'Bearer error="invalid_token"']);
}

/** Each of them is refused by a guarded route and by introspection, in words that tell nothing, and quickly. */
export async function expectRefused(service: TestEnvironment, forgeries: Forgeries): Promise<void> {
  const times: number[] = [];
  const timed = async (asking: Promise<Answer>): Promise<Answer> => {
    const from = performance.now();
    const answer = await asking;
    times.push(performance.now() - from);
    return answer;
  };
  for (const [what, token] of Object.entries(forgeries)) {
    if (fitsHeader(token)) expectNoBearer(await timed(service.ask('/users/me', { token })), what);
    const { status, text } = await timed(introspect(service, token));
    expect([status, text], what).toEqual([200, '{"active":false}']);
  }
  const median = times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)]!;
  expect(median, 'milliseconds').toBeLessThan(QUICK);
}

/** So that what is refused isn't refused for another reason. */
export async function expectAccepted(service: TestEnvironment, token: string): Promise<void> {
  expect((await service.ask('/users/me', { token })).status).toBe(200);
  expect((await introspect(service, token)).json.active).toBe(true);
}
