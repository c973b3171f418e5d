import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import { describeWith, loadPackage, missingPackages } from '../support/interoperability.js';
import { readPostman, requestsOf } from '../support/postman.js';

vi.setConfig({ testTimeout: 120_000 });

/** What newman says of a run. */
interface Summary {
  readonly run: {
    readonly stats: Record<'requests' | 'assertions', { readonly total: number; readonly failed: number }>;
    readonly failures: readonly {
      readonly error: { readonly message: string };
      readonly source: { readonly name: string };
    }[];
  };
}

/** The lists of what the collection makes and deletes. */
const LISTS = [
  '/users',
  '/groups',
  '/roles',
  '/permissions',
  '/service-accounts',
  '/clients',
  '/marketing/campaigns',
  '/finance/invoices',
  '/hr/employees',
];

/** What is in the service, of all that can be made in it; by a login of its own. */
async function inventory({ url, passwords }: BuiltService): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ grant_type: 'password', username: 'admin', password: passwords.get('admin')! });
  const login = (await (await fetch(`${url}/token`, { method: 'POST', body })).json()) as { access_token: string };
  const headers = { authorization: `Bearer ${login.access_token}` };
  const read = async (path: string): Promise<unknown> => {
    const { items } = (await (await fetch(`${url}${path}?limit=200`, { headers })).json()) as { items: object[] };
    // A login is no trace of what was made.
    return items.map((item) => ({ ...item, lastLoginAt: null }));
  };
  return Object.fromEntries(await Promise.all(LISTS.map(async (path) => [path, await read(path)])));
}

// With the command of docs/postman.md, by newman's own interface.
describeWith(await missingPackages(), 'newman', () => {
  let service: BuiltService;
  let removeData: () => Promise<void>;
  beforeAll(async () => {
    const dataDir = await makeDataDir();
    removeData = dataDir.remove;
    service = await startBuiltService({ DATA_DIR: dataDir.path, BCRYPT_COST: '10' });
  });
  afterAll(async () => {
    await service?.stop();
    await removeData();
  });

  it('runs the whole Postman collection as admin, twice, and no test in it fails, and it deletes what it makes', async () => {
    const { collection, environment } = await readPostman();
    const before = await inventory(service);
    const { default: newman } = await loadPackage('newman');
    const { run } = await new Promise<Summary>((resolve, reject) => {
      const envVar = [
        { key: 'baseUrl', value: service.url },
        { key: 'password', value: service.passwords.get('admin')! },
      ];
      // Twice, since what it makes must not be in the way of the next run.
      const options = { collection, environment, envVar, iterationCount: 2, timeoutRequest: 30_000 };
      newman.run(options, (error: Error | null, summary: Summary) => (error ? reject(error) : resolve(summary)));
    });
    expect(run.failures.map(({ error, source }) => `${source.name}: ${error.message}`)).toEqual([]);
    expect(run.stats.requests.total).toBe(2 * requestsOf(collection).length);
    expect(run.stats.assertions.total).toBeGreaterThan(run.stats.requests.total);
    expect(await inventory(service)).toEqual(before);
  });
});
