import { ValidationPipe } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendRaw, type RawAnswer } from './hostile/raw-http.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
let admin: string;
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
});
afterAll(() => service?.close());

const send = (method: string, target: string, headers: [string, string][] = []) =>
  sendRaw(service.url, { method, target, headers, body: undefined });

function expectProblem({ status, headers, body }: RawAnswer, expected: number): void {
  expect([status, headers.get('content-type')], body.toString()).toEqual([expected, 'application/problem+json']);
  const problem = JSON.parse(body.toString());
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), status: expected });
  expect(problem.detail).toMatch(/\.$/);
}

describe('what Node answers by itself, before there is a request, is a problem too', () => {
  it('for what is no HTTP', async () => {
    expectProblem(await send('BREW', '/users/me'), 400);
    expectProblem(await send('GET', '/users/me', [['X-Nul', 'a\0b']]), 400);
  });

  it('for too large a head', async () => {
    expectProblem(await send('GET', '/users/me', [['X-Long', 'x'.repeat(20_000)]]), 431);
  });

  it('for an expectation that it doesn’t know', async () => {
    expectProblem(await send('GET', '/users/me', [['Expect', 'nothing']]), 417);
  });
});

describe('an answer about many faults', () => {
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, 1]));

  it('names the first, and says how many more there are: an answer was eight times its request', async () => {
    const { status, json, text } = await service.ask('/marketing/campaigns', { token: admin, json: fields(1_000) });
    expect(status).toBe(400);
    expect(json.errors).toHaveLength(20);
    expect(json.detail).toMatch(/; and \d+ more\.$/);
    expect(text.length).toBeLessThan(8 * 1024);
  });

  it('isn’t made of 22,000 unknown fields: to validate them held everybody up for 0.4 s', async () => {
    const validated = vi.spyOn(ValidationPipe.prototype, 'transform');
    const bodies = [fields(22_000), { x: [fields(11_000), { y: fields(11_000) }] }];
    for (const json of bodies) {
      const answer = await service.ask('/marketing/campaigns', { token: admin, json });
      expect([answer.status, answer.json.detail]).toEqual([400, 'The body has more than 5000 fields.']);
    }
    const ofBodies = validated.mock.calls.filter(([, { type }]) => type === 'body');
    validated.mockRestore();
    expect(ofBodies).toEqual([]);
  });

  it('cuts names that a caller made up, which were repeated three times each', async () => {
    const { status, json, text } = await service.ask('/marketing/campaigns', {
      token: admin,
      json: { ['x'.repeat(100_000)]: 1 },
    });
    expect(status).toBe(400);
    expect(json.errors[0].path).toBe(`${'x'.repeat(200)}…`);
    expect(text.length).toBeLessThan(2 * 1024);
  });
});

describe('the type of a body that isn’t sent, which many clients name', () => {
  const headers = { 'content-type': 'application/json' };

  it('is no fault where none is needed: to delete and to log out were refused', async () => {
    const { json: group } = await service.ask('/groups', { token: admin, json: { name: 'Fleeting' } });
    const deleted = await service.ask(`/groups/${group.name}`, { method: 'DELETE', token: admin, headers });
    expect(deleted.status).toBe(204);
  });

  it('leaves it to the operation to say what it needs', async () => {
    const { status, json } = await service.ask('/groups', { method: 'POST', token: admin, headers });
    expect([status, json.errors[0].path]).toEqual([400, 'name']);
  });
});

it('a 404 doesn’t repeat the address, whose query may hold a token: Nest’s own words did', async () => {
  const { status, text } = await service.ask('/nowhere?access_token=abc.def.ghi');
  expect(status).toBe(404);
  expect(text).not.toMatch(/nowhere|abc/);
});
