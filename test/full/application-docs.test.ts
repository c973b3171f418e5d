import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import * as examples from '../support/examples.js';
import { freePort } from '../support/postgres-server.js';

// A browser that shares two cores with other tests is slow.
vi.setConfig({ testTimeout: 60_000 });

describeInBrowser('the Swagger UI of an application that is secured', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  let service: BuiltService;
  /** Started alone, and with a public client of its own for its Swagger UI. */
  let applications: Record<'plain' | 'withClient', examples.RunningExample>;
  let browser: Browser;

  beforeAll(async () => {
    const [dataDir, folder] = [await makeDataDir(), await examples.makeFolder()];
    cleanUp.push(dataDir.remove, folder.remove);
    const ports = [String(await freePort()), String(await freePort())] as const;
    const origins = ports.map((port) => `http://127.0.0.1:${port}`).join();
    [service] = await Promise.all([
      startBuiltService({ DATA_DIR: dataDir.path, BCRYPT_COST: '10', CORS_ORIGINS: origins }),
      examples.linkModules(folder.path, ['nest-gatehouse-client']),
    ]);
    cleanUp.push(() => service.stop());
    const copy = await examples.copyExample('departments-secured', folder.path);
    await examples.buildExample(copy);
    const gatehouse = await examples.register('departments-secured', service);
    const options = JSON.parse(gatehouse) as { audience: string };
    const docsClientId = await registerDocsClient(options.audience);
    const withClient = JSON.stringify({ ...options, docsClientId });
    applications = {
      plain: await examples.startExample(copy, { PORT: ports[0], GATEHOUSE: gatehouse }),
      withClient: await examples.startExample(copy, { PORT: ports[1], GATEHOUSE: withClient }),
    };
    cleanUp.push(...Object.values(applications).map(({ stop }) => stop));
    browser = await launchBrowser();
    cleanUp.push(() => browser.close());
  });
  afterAll(async () => {
    for (const undo of cleanUp.toReversed()) await undo();
  });

  it.each(['plain', 'withClient'] as const)('logs in at the service, and calls what is guarded: %s', async (which) => {
    const { page, complaints } = await openDocs(which);
    await execute(page, 'Departments_finance', 401);
    await logIn(page, 'admin', which === 'withClient' ? 'departments-docs' : '');
    await picture(page, `application-dialog-${which}`);
    await page.locator('.modal-ux .btn-done').click();
    expect(await execute(page, 'Departments_finance', 200)).toContain('finance_data');
    await picture(page, `application-docs-${which}`);
    expect(complaints).toEqual([expect.stringContaining('status of 401')]);
    await page.context().close();
  });

  it('shows who may not why', async () => {
    const { page } = await openDocs('plain');
    await logIn(page, 'frank', '');
    await page.locator('.modal-ux .btn-done').click();
    expect(await execute(page, 'Departments_finance', 403)).toContain('This needs the permission data:finance.');
    await page.context().close();
  });

  /** Registers the public client, which may ask for tokens for this audience. */
  async function registerDocsClient(audience: string): Promise<string> {
    const body = new URLSearchParams({ username: 'admin', password: service.passwords.get('admin')! });
    const login = await fetch(`${service.url}/token`, { method: 'POST', body });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const client = { clientId: 'departments-docs', name: 'Swagger UI', grants: ['password'], resources: [audience] };
    const registered = await fetch(`${service.url}/clients`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...client, confidential: false, scopes: null }),
    });
    expect(registered.status, await registered.text()).toBe(201);
    return client.clientId;
  }

  async function openDocs(which: keyof typeof applications): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${applications[which].url}/docs`);
    // A padlock at each operation: all of them ask for something.
    await page.locator('.opblock').first().waitFor();
    expect(await page.locator('.opblock').count()).toBe(3);
    expect(await page.locator('.opblock .authorization__btn').count()).toBe(3);
    return { page, complaints };
  }

  async function logIn(page: Page, username: string, clientId: string): Promise<void> {
    const dialog = page.locator('.modal-ux');
    await page.locator('.auth-wrapper > .btn.authorize').click();
    expect(await dialog.innerText()).toContain(`${service.url}/token`);
    expect(await dialog.locator('#client_id_password').inputValue()).toBe(clientId);
    await dialog.locator('#oauth_username').fill(username);
    await dialog.locator('#oauth_password').fill(service.passwords.get(username)!);
    await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await dialog.getByRole('heading', { name: 'Authorized' }).waitFor();
  }

  /** Opens the operation, presses Execute, and expects this status; answers what is shown of the answer. */
  async function execute(page: Page, name: string, status: number): Promise<string> {
    const operation = page.locator(`[id$="${name}"]`);
    const button = operation.locator('.execute');
    if (!(await button.isVisible())) {
      await operation.locator('.opblock-summary').click();
      await operation.locator('.try-out__btn').click();
    }
    await button.click();
    const row = operation.locator('.live-responses-table tbody tr').first();
    await expect.poll(() => row.locator('.response-col_status').innerText()).toMatch(`${status}`);
    return row.innerText();
  }
});

/** A picture into the folder that SCREENSHOTS names. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: 'disabled' });
}
