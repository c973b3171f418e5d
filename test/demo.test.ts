import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoPeople, namedFields, NO_ID, PEOPLE, type Method, type Person } from './support/demo-people.js';

let people: DemoPeople;
beforeAll(async () => {
  people = await DemoPeople.logIn();
});
afterAll(() => people?.close());

describe('who may reach the demo', () => {
  const crud = (path: string, permissions: string, outer = ''): [Method, string, number, string][] => [
    ['GET', path, 200, `${outer}${permissions}:read`],
    ['POST', path, 400, `${outer}${permissions}:create`],
    ['GET', `${path}/${NO_ID}`, 404, `${outer}${permissions}:read`],
    ['PATCH', `${path}/${NO_ID}`, 404, `${outer}${permissions}:update`],
    ['DELETE', `${path}/${NO_ID}`, 404, `${outer}${permissions}:delete`],
  ];
  /** The status is what those get who may: behind the guard there is an empty body, or no such row. */
  const departments: [insider: Person, routes: [Method, string, number, string][]][] = [
    [
      'maria',
      [
        ['GET', '/marketing/', 200, 'marketing:read'],
        ['GET', '/marketing/data', 200, 'marketing:read'],
        ...crud('/marketing/campaigns', 'marketing:campaigns'),
      ],
    ],
    [
      'frank',
      [
        ['GET', '/finance/', 200, 'finance:read'],
        ['GET', '/finance/data', 200, 'finance:read'],
        ...crud('/finance/invoices', 'finance:invoices', 'finance:read '),
        ['POST', `/finance/invoices/${NO_ID}/approval`, 404, 'finance:read finance:invoices:approve'],
      ],
    ],
    [
      'heidi',
      [['GET', '/hr/', 200, 'hr:read'], ['GET', '/hr/data', 200, 'hr:read'], ...crud('/hr/employees', 'hr:employees')],
    ],
  ];
  const routes = departments.flatMap(([insider, list]) => list.map((route) => [insider, ...route] as const));

  it.each(routes)(
    '%s may %s %s, and but for the administrator nobody else',
    async (insider, method, path, status, scope) => {
      const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
      for (const person of PEOPLE) {
        const answer = await people.ask(person, method, path, body);
        if (person === insider || person === 'admin') {
          expect(answer.status, person).toBe(status);
        } else {
          expect(answer.status, person).toBe(403);
          expect(answer.headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
        }
      }
      const anonymous = await people.ask(undefined, method, path, body);
      expect(anonymous.status).toBe(401);
      expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it('lets everybody see the welcome, whose links lead somewhere', async () => {
    const { status, json } = await people.ask(undefined, 'GET', '/');
    expect(status).toBe(200);
    expect(json).toEqual({ name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' });
    for (const link of [json.docs, json.openapi, json.health]) {
      expect((await people.service.ask(link)).status, link).toBeLessThan(400);
    }
  });

  it('requires what class and method require together, also of narrowed tokens', async () => {
    const invoicesAlone = await people.service.login('frank', 'finance:invoices:read');
    const both = await people.service.login('frank', 'finance:read finance:invoices:read');
    expect((await people.service.ask('/finance/invoices', { token: invoicesAlone })).status).toBe(403);
    expect((await people.service.ask('/finance/invoices', { token: both })).status).toBe(200);
    expect((await people.service.ask('/finance/invoices', { token: both, json: {} })).status).toBe(403);
  });
});

describe('the areas', () => {
  it.each([
    ['maria', '/marketing/', 'marketing_root'],
    ['maria', '/marketing', 'marketing_root'],
    ['maria', '/marketing/data', 'marketing_data'],
    ['frank', '/finance/', 'finance_root'],
    ['frank', '/finance/data', 'finance_data'],
    ['heidi', '/hr/', 'hr_root'],
    ['heidi', '/hr/data', 'hr_data'],
  ] as const)('answer %s at %s the JSON string "%s"', async (person, path, text) => {
    const answer = await people.ask(person, 'GET', path);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.text).toBe(`"${text}"`);
  });
});

describe('the search', () => {
  it('is for everybody who is logged in', async () => {
    for (const person of PEOPLE) expect((await people.ask(person, 'GET', '/search?query=apple')).status).toBe(200);
    expect((await people.ask(undefined, 'GET', '/search?query=apple')).status).toBe(401);
  });

  it.each([
    ['apple', 'found apple in search'],
    ['pear', 'pear not found in search'],
    ['Apple', 'Apple not found in search'],
    ['<b>"', '<b>" not found in search'],
    ['x'.repeat(200), `${'x'.repeat(200)} not found in search`],
  ])('of %s says: %s', async (query, message) => {
    const answer = await people.ask('pat', 'GET', `/search?query=${encodeURIComponent(query)}`);
    expect(answer.json).toEqual({ message });
  });

  it('asks for one query of at most 200 characters', async () => {
    for (const query of ['', '?query=a&query=b', `?query=${'x'.repeat(201)}`]) {
      expect(new Set(namedFields(await people.ask('pat', 'GET', `/search${query}`)))).toEqual(new Set(['query']));
    }
  });
});
