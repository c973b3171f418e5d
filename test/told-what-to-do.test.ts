import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoPeople } from './support/demo-people.js';
import { createTestEnvironment } from './support/environment.js';
import { basic } from './support/oauth.js';

let people: DemoPeople;
beforeAll(async () => {
  people = await DemoPeople.logIn();
});
afterAll(() => people?.close());

/** The reasons that the log gives for the request with this id. */
const reasonsOf = (id: string | null) =>
  people.service.log
    .map((line) => JSON.parse(line))
    .filter(({ requestId, reason }) => requestId === id && reason !== undefined)
    .map(({ reason }) => reason);

describe('a 403', () => {
  it('names the permission, and the log says who lacks it', async () => {
    const { json, headers } = await people.ask('pat', 'GET', '/finance/invoices');
    expect(json.detail).toBe('This needs the permissions finance:read and finance:invoices:read.');
    expect(reasonsOf(headers.get('x-request-id'))).toEqual([
      `pat (${people.ids.pat}) lacks the permissions finance:read and finance:invoices:read; asked for is: finance:read and finance:invoices:read`,
    ]);
  });

  it('says when it may be the token that is narrow, and not the account', async () => {
    const token = await people.service.login('frank', 'finance:read');
    const { json, headers } = await people.service.ask('/finance/invoices', { token });
    expect(json.detail).toBe(
      'This needs the permissions finance:read and finance:invoices:read. The token was narrowed to a scope; one that is asked for without a scope may do more.',
    );
    // Of the two the token has one, and the log names the other.
    expect(reasonsOf(headers.get('x-request-id'))).toEqual([
      `frank (${people.ids.frank}), whose token is narrowed, lacks the permission finance:invoices:read; asked for is: finance:read and finance:invoices:read`,
    ]);
  });

  it('names the check that refused, where no permission is missing', async () => {
    const invoice = { customer: 'Orchard Ltd.', amountCents: 1, currency: 'EUR' };
    const { id } = await people.make('frank', '/finance/invoices', invoice);
    const { json, headers } = await people.ask('frank', 'POST', `/finance/invoices/${id}/approval`);
    expect(json.detail).toBe('You may not do this. The check NotOwnInvoice refuses it.');
    expect(reasonsOf(headers.get('x-request-id'))).toEqual([
      `frank (${people.ids.frank}) is refused by check NotOwnInvoice`,
    ]);
  });
});

describe('a 401', () => {
  it('says to log in again', async () => {
    const { json } = await people.service.ask('/finance/data', { token: 'x' });
    expect(json.detail).toBe('The access token is malformed, expired, revoked, or not from here. Log in again.');
  });
});

describe('an error of /token', () => {
  const person = { grant_type: 'password', username: 'pat' };
  const logIn = (more: Record<string, string>, headers = {}) =>
    people.service.ask('/token', {
      form: { ...person, password: people.service.passwords.get('pat')!, ...more },
      headers,
    });

  it('tells people who filled in a client that they need none', async () => {
    for (const answer of [await logIn({ client_id: 'postman' }), await logIn({}, basic('postman', 'secret'))]) {
      expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client']);
      expect(answer.json.error_description).toMatch(/leave client_id and client_secret empty\.$/);
    }
    expect((await logIn({ client_id: '', client_secret: '' })).status).toBe(200);
  });

  it('doesn’t say so where it wouldn’t help', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'shop', client_secret: 'wrong' };
    const { json } = await people.service.ask('/token', { form });
    expect(json.error_description).toBe('The client is unknown, switched off, or its secret is wrong.');
    const closed = await createTestEnvironment({ env: { FIRST_PARTY_CLIENT: 'off' } });
    try {
      const refused = await closed.ask('/token', { form: { ...person, password: 'x', client_id: 'postman' } });
      expect(refused.json.error_description).toBe('The client is unknown, switched off, or its secret is wrong.');
    } finally {
      await closed.close();
    }
  });

  it('tells a program without a client that it needs one', async () => {
    const { json } = await people.service.ask('/token', { form: { grant_type: 'client_credentials' } });
    expect(json).toEqual({
      error: 'unauthorized_client',
      error_description:
        'The client may not use the grant type client_credentials. Send the client_id and client_secret of one that may.',
    });
  });

  it('says how to get a token that isn’t narrowed', async () => {
    const { json } = await logIn({ scope: 'finance:raed' });
    expect(json.error_description).toBe(
      'Not held, or not known: finance:raed. Without a scope the token may do all that the account may.',
    );
  });
});
