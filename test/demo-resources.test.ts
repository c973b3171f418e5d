import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoPeople, namedFields, NO_ID } from './support/demo-people.js';

let people: DemoPeople;
beforeAll(async () => {
  people = await DemoPeople.logIn();
});
afterAll(() => people?.close());

const campaign = { name: 'Harvest festival', channel: 'print', budgetCents: 50_000 };
const invoice = { customer: 'Orchard Ltd.', amountCents: 1_000_000_000_000, currency: 'EUR' };
const employee = { name: 'Gustav Gärtner 🍏', jobTitle: 'Gardener' };

const RESOURCES = [
  {
    path: '/marketing/campaigns',
    insider: 'maria',
    example: campaign,
    stored: campaign,
    bad: {
      name: [null, '', 5, 'x'.repeat(101), 'a\0b', 'a\nb', { a: 1 }, ['a']],
      channel: [null, 'fax', 1, ['mail']],
      budgetCents: [null, -1, 1.5, '5', 1_000_000_000_001],
    },
  },
  {
    path: '/finance/invoices',
    insider: 'frank',
    example: invoice,
    stored: { ...invoice, approvedBy: null, approvedAt: null },
    bad: {
      customer: [null, '', 5, 'x'.repeat(201), '\0', 'a\ud83c'],
      amountCents: [null, 0, -1, 0.5, '119000', 1_000_000_000_001],
      currency: [null, 'eur', 'DOGE', '', ['EUR']],
    },
  },
  {
    path: '/hr/employees',
    insider: 'heidi',
    example: employee,
    stored: { ...employee, accountId: null },
    bad: {
      name: [null, '', 'x'.repeat(201), '\0', true],
      jobTitle: [null, '', 'x'.repeat(101), '\u0007'],
      accountId: ['', 'heidi', 7, `${NO_ID}\0`],
    },
  },
] as const;

describe.each(RESOURCES)('$path', ({ path, insider, example, stored, bad }) => {
  it('shows a few rows from the start', async () => {
    const { json } = await people.ask(insider, 'GET', path);
    expect(json.items.length).toBeGreaterThanOrEqual(3);
    expect(Object.keys(json.items[0]).sort()).toEqual(Object.keys(await people.make(insider, path, example)).sort());
  });

  it('makes, reads, changes and deletes a row', async () => {
    const made = await people.ask(insider, 'POST', path, example);
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject(stored);
    const address = made.headers.get('location')!;
    expect(address).toBe(`${path}/${made.json.id}`);
    expect((await people.ask(insider, 'GET', address)).json).toEqual(made.json);

    const [field, value] = Object.entries(example)[0]!;
    const changed = await people.ask(insider, 'PATCH', address, { [field]: `${value} too` });
    expect(changed.status).toBe(200);
    expect(changed.json).toEqual({ ...made.json, [field]: `${value} too` });
    expect((await people.ask(insider, 'GET', address)).json).toEqual(changed.json);

    const deleted = await people.ask(insider, 'DELETE', address);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const gone = await people.ask(insider, method, address, method === 'PATCH' ? { [field]: value } : undefined);
      expect(gone.status, method).toBe(404);
      expect(gone.json.detail).toMatch(/^There is no .+ with this id\.$/);
    }
  });

  it('changes nothing when a change names nothing', async () => {
    const row = await people.make(insider, path, example);
    const answer = await people.ask(insider, 'PATCH', `${path}/${row.id}`, {});
    expect([answer.status, answer.json]).toEqual([200, row]);
  });

  it('knows a row by its id in any case, and no other spelling', async () => {
    const { id } = await people.make(insider, path, example);
    expect((await people.ask(insider, 'GET', `${path}/${id.toUpperCase()}`)).json.id).toBe(id);
    for (const odd of [
      'abc',
      '1',
      '%00',
      `${id}%00`,
      `${id}x`,
      `{${id}}`,
      id.replaceAll('-', ''),
      `${id}%20`,
      "'--",
      '%F0%9F%8D%8F',
    ]) {
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const answer = await people.ask(insider, method, `${path}/${odd}`, method === 'PATCH' ? {} : undefined);
        expect(namedFields(answer), `${method} ${odd}`).toEqual(['id']);
      }
    }
  });

  const wrong = Object.entries(bad).flatMap(([field, values]) =>
    values.map((value: unknown) => [field, value] as const),
  );
  it.each(wrong)('refuses a %s of %j, and names the field', async (field, value) => {
    const { id } = await people.make(insider, path, example);
    expect(namedFields(await people.ask(insider, 'POST', path, { ...example, [field]: value }))).toEqual([field]);
    expect(namedFields(await people.ask(insider, 'PATCH', `${path}/${id}`, { [field]: value }))).toEqual([field]);
    expect((await people.ask(insider, 'GET', `${path}/${id}`)).json).toMatchObject(stored);
  });

  it('asks for every field that it needs', async () => {
    for (const field of Object.keys(example)) {
      expect(namedFields(await people.ask(insider, 'POST', path, { ...example, [field]: undefined }))).toEqual([field]);
    }
  });

  it('takes nothing from a body that isn’t the caller’s to say', async () => {
    const { id } = await people.make(insider, path, example);
    const before = await people.ask(insider, 'GET', path);
    for (const field of ['id', 'createdAt', 'createdBy', 'created_by', 'approvedBy', 'approvedAt', 'anything']) {
      const value = field.endsWith('At') ? new Date().toISOString() : people.ids.pat;
      expect(namedFields(await people.ask(insider, 'POST', path, { ...example, [field]: value }))).toEqual([field]);
      expect(namedFields(await people.ask(insider, 'PATCH', `${path}/${id}`, { [field]: value }))).toEqual([field]);
    }
    expect((await people.ask(insider, 'GET', path)).json).toEqual(before.json);
  });

  it('refuses bodies that aren’t objects', async () => {
    const { id } = await people.make(insider, path, example);
    for (const body of [[], [example], 'text', 5, true]) {
      expect((await people.ask(insider, 'POST', path, body)).status, JSON.stringify(body)).toBe(400);
      expect((await people.ask(insider, 'PATCH', `${path}/${id}`, body)).status, JSON.stringify(body)).toBe(400);
    }
  });

  it('lists every row once, newest first, page by page, whatever is made in the meantime', async () => {
    // The rows of the migration have one and the same time; these have theirs.
    for (let i = 0; i < 3; i += 1) await people.make(insider, path, example);
    const all = (await people.ask(insider, 'GET', `${path}?limit=200`)).json;
    expect(all.nextCursor).toBeNull();
    const times: number[] = all.items.map(({ createdAt }: { createdAt: string }) => Date.parse(createdAt));
    expect(times).toEqual(times.toSorted((one, other) => other - one));

    const walked: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: unknown[]; nextCursor: string | null } = (
        await people.ask(insider, 'GET', `${path}?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      ).json;
      expect(page.items.length).toBeLessThanOrEqual(2);
      walked.push(...page.items);
      cursor = page.nextCursor;
      await people.make(insider, path, example);
    } while (cursor !== null);
    expect(walked).toEqual(all.items);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit=all'],
    ['limit', 'limit='],
    ['limit', 'limit=1&limit=2'],
    ['cursor', 'cursor=abc'],
    ['cursor', 'cursor=%00'],
    ['cursor', `cursor=999999999999999-${NO_ID}`],
    ['cursor', `cursor=1-${NO_ID}&cursor=1-${NO_ID}`],
    ['page', 'page=2'],
  ])('names %s when the list is asked for with ?%s', async (field, query) => {
    expect(namedFields(await people.ask(insider, 'GET', `${path}?${query}`))).toEqual([field]);
  });
});
