import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { describeInBrowser, launchBrowser } from './support/browser.js';
import { makeDataDir, startBuiltService, type BuiltService } from './support/built-service.js';
import { createTestDatabase } from './support/postgres.js';

// A browser that shares two cores with other tests is slow.
vi.setConfig({ testTimeout: 60_000 });

// The built service, since only the build knows what the OpenAPI document says of DTOs.
describeInBrowser('Swagger UI', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  let service: BuiltService;
  let browser: Browser;
  let page: Page;
  /** What the browser complained about, and what it loaded from elsewhere. */
  let complaints: string[];

  beforeAll(async () => {
    const dataDir = await makeDataDir();
    cleanUp.push(dataDir.remove);
    const database = await createTestDatabase();
    cleanUp.push(database.drop);
    service = await startBuiltService({ DATABASE_URL: database.url, DATA_DIR: dataDir.path, BCRYPT_COST: '10' });
    cleanUp.push(() => service.stop());
    browser = await launchBrowser();
    cleanUp.push(() => browser.close());
  });
  afterAll(async () => {
    for (const undo of cleanUp.toReversed()) await undo();
  });

  beforeEach(async () => {
    complaints = [];
    const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== 'null' && origin !== service.url) complaints.push(`loaded ${request.url()}`);
    });
    await page.goto(`${service.url}/docs`);
  });
  afterEach(async () => {
    await page.context().close();
  });

  const dialog = () => page.locator('.modal-ux');
  const authorizeButton = () => page.locator('.auth-wrapper > .btn.authorize');
  const operation = (name: string) => page.locator(`#operations-${name}`);

  async function authorize(username: string, password: string, scopes: readonly string[] = []): Promise<void> {
    await authorizeButton().click();
    await dialog().locator('#oauth_username').fill(username);
    await dialog().locator('#oauth_password').fill(password);
    for (const scope of scopes) await dialog().locator(`label[for^="${scope}-"]`).click();
    await dialog().getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  }

  async function logIn(username: string, scopes?: readonly string[]): Promise<void> {
    await authorize(username, service.passwords.get(username)!, scopes);
    await dialog().getByRole('heading', { name: 'Authorized' }).waitFor();
  }

  const closeDialog = () => dialog().locator('.btn-done').click();

  /** Opens the operation, presses Execute, and expects this status to be shown; answers the row that shows it. */
  async function execute(name: string, status: number): Promise<Locator> {
    const button = operation(name).locator('.execute');
    if (!(await button.isVisible())) await operation(name).locator('.opblock-summary').click();
    await button.click();
    const row = operation(name).locator('.live-responses-table tbody tr').first();
    await expect.poll(() => row.locator('.response-col_status').innerText()).toMatch(`${status}`);
    return row;
  }

  /** A picture, down to `last`, into the folder that SCREENSHOTS names. docs/images/swagger-ui.png was made so. */
  async function picture(name: string, last: Locator): Promise<void> {
    const folder = process.env['SCREENSHOTS'];
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.mouse.move(0, 0);
    await page.evaluate('window.scrollTo(0, 0)');
    const box = (await last.boundingBox())!;
    const clip = { x: 0, y: 0, width: 1200, height: box.y + box.height + 6 };
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip, animations: 'disabled' });
  }

  it('says in the dialog that a password is wrong', async () => {
    await authorize('frank', 'not his password');
    await expect.poll(() => dialog().locator('.errors').innerText()).toMatch('The user name or the password is wrong.');
    await picture('wrong-password', dialog());
    expect(await authorizeButton().getAttribute('class')).not.toMatch(/\blocked\b/);
    expect(complaints).toEqual([expect.stringContaining('status of 400')]);
  });

  it('logs in, keeps the token over a reload but not the password, and calls with it what is guarded', async () => {
    await logIn('frank');
    await picture('authorized', dialog());
    const kept = String(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })'));
    expect(kept).toContain('access_token');
    expect(kept.includes(service.passwords.get('frank')!)).toBe(false);

    await page.reload();
    await page.locator('.auth-wrapper > .btn.authorize.locked').waitFor();
    for (const tag of ['OAuth', 'Welcome', 'Search', 'Marketing']) await page.locator(`#operations-tag-${tag}`).click();
    await operation('Finance-listInvoices').locator('.opblock-summary').click();
    await operation('Finance-listInvoices').getByPlaceholder('limit').fill('1');
    const row = await execute('Finance-listInvoices', 200);
    expect(await row.innerText()).toContain('"amountCents"');
    await picture('swagger-ui', row.locator('.highlight-code'));
    expect(complaints).toEqual([]);
  });

  it('logs out, and refuses somebody else', async () => {
    await logIn('frank');
    await dialog().getByRole('button', { name: 'Remove authorization' }).click();
    await closeDialog();
    await execute('Finance-listInvoices', 401);
    await logIn('maria');
    await closeDialog();
    const row = await execute('Finance-listInvoices', 403);
    expect(await row.innerText()).toContain('This needs the permissions finance:read and finance:invoices:read.');
    await picture('forbidden', row.locator('.highlight-code'));
    expect(complaints).toEqual([expect.stringContaining('status of 401'), expect.stringContaining('status of 403')]);
  });

  it('narrows the token to the scopes that are ticked', async () => {
    await logIn('frank', ['finance:read']);
    await closeDialog();
    await execute('Finance-getFinanceData', 200);
    await execute('Finance-listInvoices', 403);
    expect(complaints).toEqual([expect.stringContaining('status of 403')]);
  });
});
