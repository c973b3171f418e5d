import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { People } from './support/people.js';

let service: TestEnvironment;
let admin: People;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = new People(service, await service.login('admin'));
  await admin.make({ username: 'jörg', email: 'j.m@example.org', name: 'Jörg MÜLLER', groups: ['finance'] });
  await admin.make({ username: 'anna', email: 'anna@example.net', name: 'Анна Каренина', roles: ['finance'] });
  await admin.make({ username: 'per_cent', email: 'per@example.net', name: '100 % Ｆｕｌｌ', isActive: false });
});
afterAll(() => service.close());

const usernames = async (query: string): Promise<string[]> => {
  const { status, json, text } = await admin.ask(`?${query}`);
  expect(status, text).toBe(200);
  return json.items.map(({ username }: { username: string }) => username);
};
const found = (q: string) => usernames(`q=${encodeURIComponent(q)}`);

describe('GET /users?q=', () => {
  it.each([
    ['the user name', 'ÖRG', 'jörg'],
    ['the name, in the midst of a word', 'ülle', 'jörg'],
    ['the name, across words', 'RG MÜ', 'jörg'],
    ['the name, with a combining mark', 'mu\u0308ller', 'jörg'],
    ['the name, in other letters', 'КАРЕН', 'anna'],
    ['the name, where it was written in full width', 'full', 'per_cent'],
    ['the mail address', '.M@EXAMPLE', 'jörg'],
    ['one letter', 'ж', undefined],
  ])('finds any part of %s', async (_, q, username) => {
    expect(await found(q)).toEqual(username === undefined ? [] : [username]);
  });

  it('finds any part of the id', async () => {
    const [{ id }] = (await admin.ask('?q=anna')).json.items;
    expect(await found(id)).toEqual(['anna']);
    expect(await found(id.slice(3, 17).toUpperCase())).toEqual(['anna']);
  });

  it('takes nothing for a pattern, and finds nothing that stands in two fields', async () => {
    expect(await found('%')).toEqual(['per_cent']);
    expect(await found('r_c')).toEqual(['per_cent']);
    expect(await found('\\')).toEqual([]);
    // The user name ends where the name begins.
    expect(await found('annaанна')).toEqual([]);
  });

  it('hears of what changes', async () => {
    const { id } = await admin.make({ username: 'former', name: 'Former Name' });
    await admin.patch(id, { name: 'ÄNDERUNG' });
    expect(await found('änderung')).toEqual(['former']);
    expect(await found('former name')).toEqual([]);
    await admin.delete(id);
  });
});

describe('GET /users', () => {
  it('lists people only, with neither permissions nor hashes', async () => {
    const { json, text } = await admin.ask('?limit=200');
    for (const account of json.items) {
      expect(account.kind).toBe('user');
      expect(account).not.toHaveProperty('permissions');
    }
    expect(text).not.toMatch(/hash|epoch|_key|search/);
  });

  it.each(['username', 'name', 'email', 'createdAt', 'lastLoginAt'])(
    'sorts by %s in pages, both ways',
    async (sort) => {
      const all = (await admin.ask(`?limit=200&sort=${sort}`)).json.items.map(({ id }: { id: string }) => id);
      for (const direction of ['', '-']) {
        const seen: string[] = [];
        let cursor = '';
        do {
          const { json } = await admin.ask(`?limit=3&sort=${direction}${sort}${cursor}`);
          seen.push(...json.items.map(({ id }: { id: string }) => id));
          cursor = json.nextCursor && `&cursor=${json.nextCursor}`;
        } while (cursor);
        expect(seen).toEqual(direction === '' ? all : all.toReversed());
      }
    },
  );

  it('filters by group, by role with or without a group, and by whether they are active', async () => {
    expect(await usernames('group=FINANCE')).toEqual(['frank', 'jörg']);
    expect(await usernames('role=finance')).toEqual(['anna', 'frank', 'jörg']);
    expect(await usernames('role=finance&q=an')).toEqual(['anna', 'frank']);
    expect(await usernames('isActive=false')).toEqual(['per_cent']);
    expect(await usernames('group=nobodies')).toEqual([]);
  });

  it('refuses orders and filters that there aren’t', async () => {
    for (const query of [
      'sort=password_hash',
      'sort=',
      'limit=0',
      'limit=201',
      'isActive=maybe',
      'cursor=x',
      'kind=service',
      'q=a%00b',
    ]) {
      expect((await admin.ask(`?${query}`)).status, query).toBe(400);
    }
  });
});
