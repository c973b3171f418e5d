import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvoicesService } from '../src/demo/finance/invoices.service.js';
import { ANONYMOUS } from '../src/policy/index.js';
import { DemoPeople, namedFields, NO_ID, type Person } from './support/demo-people.js';
import type { Answer } from './support/environment.js';

let people: DemoPeople;
beforeAll(async () => {
  people = await DemoPeople.logIn();
});
afterAll(() => people?.close());

const invoice = { customer: 'Orchard Ltd.', amountCents: 119_000, currency: 'EUR' };
const employee = { name: 'Gustav Gärtner', jobTitle: 'Gardener' };

function statuses(answers: readonly Answer[]): number[] {
  return answers.map(({ status }) => status).toSorted((one, other) => one - other);
}

describe('an invoice', () => {
  const approve = (person: Person, id: string) => people.ask(person, 'POST', `/finance/invoices/${id}/approval`);

  it('belongs to whoever wrote it', async () => {
    const { createdBy } = await people.make('frank', '/finance/invoices', invoice);
    expect(createdBy).toBe(people.ids.frank);
  });

  it('is approved by somebody else, and not by its writer', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const own = await approve('frank', id);
    expect(own.status).toBe(403);
    // So it was the guard that refused.
    expect(own.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    const { status, json } = await approve('admin', id);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, approvedBy: people.ids.admin, approvedAt: expect.any(String) });
    expect((await people.ask('frank', 'GET', `/finance/invoices/${id}`)).json).toEqual(json);
  });

  it('of an administrator isn’t approved by the administrator either', async () => {
    const { id } = await people.make('admin', '/finance/invoices', invoice);
    expect((await approve('admin', id)).status).toBe(403);
    expect((await approve('frank', id)).status).toBe(200);
  });

  it('isn’t approved by its writer where the guard didn’t ask', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const frank = { ...ANONYMOUS, kind: 'user' as const, id: people.ids.frank };
    await expect(people.service.app.get(InvoicesService).approve(id, frank)).rejects.toMatchObject({ status: 403 });
    expect((await people.ask('frank', 'GET', `/finance/invoices/${id}`)).json.approvedBy).toBeNull();
  });

  it('that came with the demo is nobody’s, and anybody’s to approve', async () => {
    const { items } = (await people.ask('frank', 'GET', '/finance/invoices?limit=200')).json;
    const seeded = items.filter(({ createdBy }: { createdBy: string | null }) => createdBy === null);
    expect(seeded).toHaveLength(3);
    expect((await approve('frank', seeded[0].id)).status).toBe(200);
  });

  it('is approved once, also when it is approved by many at once', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const answers = await Promise.all(Array.from({ length: 6 }, () => approve('admin', id)));
    expect(statuses(answers)).toEqual([200, 409, 409, 409, 409, 409]);
    const approved = answers.find(({ status }) => status === 200)!;
    expect((await people.ask('frank', 'GET', `/finance/invoices/${id}`)).json).toEqual(approved.json);
  });

  it('doesn’t change any more once it is approved', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const approved = await approve('admin', id);
    for (const refused of [
      await approve('admin', id),
      await people.ask('frank', 'PATCH', `/finance/invoices/${id}`, { amountCents: 1 }),
      await people.ask('admin', 'DELETE', `/finance/invoices/${id}`),
    ]) {
      expect(refused.status).toBe(409);
      expect(refused.json.detail).toMatch(/is approved/);
    }
    expect((await people.ask('frank', 'GET', `/finance/invoices/${id}`)).json).toEqual(approved.json);
  });

  it('is approved as it stands: a change either comes before, or is refused', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const [approved, changed] = await Promise.all([
      approve('admin', id),
      people.ask('frank', 'PATCH', `/finance/invoices/${id}`, { amountCents: 1 }),
    ]);
    expect(approved.status).toBe(200);
    const now = (await people.ask('frank', 'GET', `/finance/invoices/${id}`)).json;
    expect(now).toEqual(approved.json);
    expect([changed.status, now.amountCents]).toEqual(now.amountCents === 1 ? [200, 1] : [409, invoice.amountCents]);
  });

  it('is approved only by those who may, whatever the id', async () => {
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    for (const person of ['maria', 'heidi', 'pat'] as const) {
      expect((await approve(person, id)).status).toBe(403);
      expect((await approve(person, 'abc')).status).toBe(403);
    }
    for (const odd of ['abc', '%00', `${id}%00`]) expect(namedFields(await approve('frank', odd))).toEqual(['id']);
  });
});

describe('an employee’s record', () => {
  const link = (accountId: string) => ({ ...employee, accountId });
  const own = (person: Person) => people.ask(person, 'GET', '/hr/employees/me');

  let record: { id: string };
  beforeAll(async () => {
    record = await people.make('heidi', '/hr/employees', link(people.ids.pat));
  });

  it('is read by its owner, without a permission, as one’s own and by its id', async () => {
    for (const path of ['/hr/employees/me', `/hr/employees/${record.id}`]) {
      const { status, json } = await people.ask('pat', 'GET', path);
      expect([status, json]).toEqual([200, record]);
    }
  });

  it('is neither changed nor deleted by its owner, nor are others seen', async () => {
    const { id } = record;
    const other = await people.make('heidi', '/hr/employees', employee);
    expect((await people.ask('pat', 'PATCH', `/hr/employees/${id}`, { jobTitle: 'Boss' })).status).toBe(403);
    expect((await people.ask('pat', 'DELETE', `/hr/employees/${id}`)).status).toBe(403);
    for (const unknown of [other.id, NO_ID]) {
      expect((await people.ask('pat', 'GET', `/hr/employees/${unknown}`)).status).toBe(403);
    }
    expect(namedFields(await people.ask('pat', 'GET', '/hr/employees/abc'))).toEqual(['id']);
  });

  it('is missed with a sentence by those who have none', async () => {
    for (const person of ['maria', 'heidi'] as const) {
      const { status, json } = await own(person);
      expect(status).toBe(404);
      expect(json.detail).toBe('No employee record is linked to your account. Somebody in HR can link one.');
    }
    expect((await people.ask(undefined, 'GET', '/hr/employees/me')).status).toBe(401);
  });

  it('follows its link: given, taken away, given to somebody else', async () => {
    const { id } = await people.make('heidi', '/hr/employees', employee);
    const relink = (accountId: string | null) => people.ask('heidi', 'PATCH', `/hr/employees/${id}`, { accountId });
    expect((await relink(people.ids.maria.toUpperCase())).status).toBe(200);
    expect((await own('maria')).json.id).toBe(id);
    expect((await relink(null)).json.accountId).toBeNull();
    expect((await own('maria')).status).toBe(404);
    await relink(people.ids.frank);
    expect([(await own('maria')).status, (await own('frank')).json.id]).toEqual([404, id]);
  });

  it('is the only one of its account, also when two are made at once', async () => {
    const account = people.ids.admin;
    const answers = await Promise.all([1, 2].map(() => people.ask('heidi', 'POST', '/hr/employees', link(account))));
    expect(statuses(answers)).toEqual([201, 409]);
    const { id } = await people.make('heidi', '/hr/employees', employee);
    const { status, json } = await people.ask('heidi', 'PATCH', `/hr/employees/${id}`, { accountId: account });
    expect([status, json.detail]).toEqual([409, 'Another employee record is linked to this account.']);
  });
});
