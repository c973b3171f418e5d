import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeInBrowser, launchBrowser } from './support/browser.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { linkFor, tokenIn } from './support/mails.js';
import { loggedIn, People, person } from './support/people.js';

// A browser that shares two cores with other tests is slow.
vi.setConfig({ testTimeout: 60_000 });

const NEW_PASSWORD = ' another horse battery ';

let service: TestEnvironment;
let admin: People;
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = new People(service, await service.login('admin'));
});
afterAll(() => service?.close());

async function somebody(over: object = {}) {
  const { username, email } = person() as { username: string; email: string };
  const one = { email, ...(await loggedIn(service, admin, { username, email, ...over })) };
  const tokenOf = async (purpose: 'verify-email' | 'reset-password'): Promise<string> =>
    tokenIn(await linkFor(service, purpose, one.id, email));
  return { ...one, verify: await tokenOf('verify-email'), reset: await tokenOf('reset-password') };
}

const open = (path: string, token: string): Promise<Answer> => service.ask(`/${path}?token=${token}`);
const send = (path: string, form: Record<string, string>): Promise<Answer> => service.ask(`/${path}`, { form });
const isVerified = async (id: string): Promise<boolean> => (await admin.ask(`/${id}`)).json.isVerified;
const login = async (username: string, password: string): Promise<number> =>
  (await service.ask('/token', { form: { username, password } })).status;

describe('the pages of mailed links', () => {
  it('opened, even by a scanner and often, do nothing', async () => {
    const one = await somebody();
    for (const method of ['GET', 'HEAD', 'GET']) {
      for (const path of ['verify-email', 'reset-password'] as const) {
        const token = path === 'verify-email' ? one.verify : one.reset;
        expect((await service.ask(`/${path}?token=${token}`, { method })).status).toBe(200);
      }
    }
    expect(await isVerified(one.id)).toBe(false);
    expect(await login(one.username, one.password)).toBe(200);
    expect((await send('verify-email', { token: one.verify })).status).toBe(200);
    expect(await isVerified(one.id)).toBe(true);
  });

  it('do what they say when their form is sent, once', async () => {
    const one = await somebody();
    const form = { token: one.reset, password: NEW_PASSWORD, repeated: NEW_PASSWORD };
    const done = await send('reset-password', form);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Your password is set')]);
    expect([await login(one.username, NEW_PASSWORD), await login(one.username, NEW_PASSWORD.trim())]).toEqual([
      200, 400,
    ]);
    const again = await send('reset-password', form);
    expect([again.status, again.text]).toEqual([400, expect.stringContaining('isn’t good any more')]);
  });

  it('say that a link isn’t good, whatever is wrong with it', async () => {
    const one = await somebody();
    const bad = ['', 'x', one.verify.slice(1), `${one.verify}x`, one.reset];
    for (const token of bad) {
      for (const { status, text } of [await open('verify-email', token), await send('verify-email', { token })]) {
        expect([status, text]).toEqual([400, expect.stringContaining('isn’t good any more')]);
      }
    }
    expect((await service.ask(`/verify-email?token=${one.verify}&token=${one.verify}`)).status).toBe(400);
    expect((await service.ask('/verify-email')).status).toBe(400);
    for (const init of [{ json: { token: one.verify } }, { method: 'POST' }]) {
      expect((await service.ask('/verify-email', init)).status).toBe(400);
    }
    expect(await isVerified(one.id)).toBe(false);
  });

  it('say what is wrong beside the field, and never show what was typed', async () => {
    const { reset } = await somebody();
    for (const [password, repeated, error] of [
      ['some horse battery', 'some other battery', /id="repeated-error">[^<]*not the same/],
    ] as const) {
      const { status, text } = await send('reset-password', { token: reset, password, repeated });
      expect(status).toBe(400);
      expect(text).toMatch(error);
      expect(text).not.toContain(password);
      expect(text).not.toContain(repeated);
    }
    expect((await open('reset-password', reset)).status).toBe(200);
  });

  it('ASVS 3.4: run nothing, load nothing, are framed by nobody, kept by no cache, and told to nobody by a Referer', async () => {
    const one = await somebody();
    const pages = [
      await open('verify-email', one.verify),
      await open('reset-password', 'x'),
      await send('reset-password', { token: one.reset, password: '1', repeated: '2' }),
      await send('verify-email', { token: one.verify }),
    ];
    for (const { headers, text } of pages) {
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(text).not.toMatch(/<script|<img|<link|https?:|\son\w+=|\sstyle=/i);
      expect(text).toMatch(/^<!doctype html>\s+<html lang="en">/);
    }
  });

  it('show names as the text that they are', async () => {
    const { id, verify, email } = await somebody();
    const name = `<script>alert(1)</script>"'&`;
    await service.change('UPDATE gatehouse.accounts SET username = $2, email = $3 WHERE id = $1', [id, name, email]);
    const { text } = await open('verify-email', verify);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(text).not.toContain('<script');
  });

  it('answer errors as pages too', async () => {
    const one = await somebody();
    const wanted = `wanted-${one.email}`;
    await service.change('UPDATE gatehouse.accounts SET pending_email = $2 WHERE id = $1', [one.id, wanted]);
    const token = tokenIn(await linkFor(service, 'verify-email', one.id, wanted));
    await admin.make({ email: wanted });
    const { status, text, headers } = await send('verify-email', { token });
    expect([status, headers.get('content-type')]).toEqual([409, 'text/html; charset=utf-8']);
    expect(text).toContain('Another account has this mail address by now');
  });

  it('point to where callers see the service', async () => {
    const under = await createTestEnvironment({ env: { PUBLIC_URL: 'https://example.com/auth' } });
    const people = new People(under, await under.login('admin'));
    const { id, email } = await people.make();
    const link = await linkFor(under, 'reset-password', id, email);
    expect(link).toMatch(/^https:\/\/example\.com\/auth\/reset-password\?token=/);
    expect((await under.ask(`/reset-password?token=${tokenIn(link)}`)).text).toContain('action="/auth/reset-password"');
    await under.close();
  });
});

describeInBrowser('the pages of mailed links in a browser', () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchBrowser()));
  afterAll(() => browser?.close());

  const KINDS: [what: string, options: BrowserContextOptions][] = [
    ['on a small screen', { viewport: { width: 360, height: 640 } }],
    ['without scripts', { javaScriptEnabled: false }],
  ];

  describe.each(KINDS)('%s', (_, options) => {
    /** A page, and what the browser complained about on it or loaded from elsewhere. */
    async function visit(path: string, token: string): Promise<{ page: Page; complaints: string[] }> {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(20_000);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        // Chromium says of each answer of 400 that it failed to load.
        if (!/status of 400/.test(message.text())) complaints.push(message.text());
      });
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== service.url) complaints.push(`loaded ${request.url()}`);
      });
      await page.goto(`${service.url}/${path}?token=${token}`);
      return { page, complaints };
    }

    const isWide = (page: Page): Promise<boolean> =>
      page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

    it('a mail address is confirmed with one button', async () => {
      const one = await somebody();
      const { page, complaints } = await visit('verify-email', one.verify);
      await page.getByRole('heading', { level: 1, name: 'Confirm your mail address' }).waitFor();
      expect(await page.getByRole('main').innerText()).toContain(one.email);
      if (options.javaScriptEnabled !== false) expect(await isWide(page)).toBe(false);
      await page.getByRole('button', { name: 'Confirm the mail address' }).click();
      await page.getByRole('heading', { name: 'Your mail address is confirmed' }).waitFor();
      // The secret is in no address that is kept in the history.
      expect(page.url()).toBe(`${service.url}/verify-email`);
      expect(await isVerified(one.id)).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it('a password is set, after what is wrong was said beside the field', async () => {
      const one = await somebody();
      const { page, complaints } = await visit('reset-password', one.reset);
      expect(await page.getByLabel('Account').inputValue()).toBe(one.username);
      const fill = async (password: string, repeated: string): Promise<void> => {
        await page.getByLabel('New password').fill(password);
        await page.getByLabel('The same again').fill(repeated);
        await page.keyboard.press('Enter');
      };
      await fill(NEW_PASSWORD, 'something else');
      await page.getByRole('heading', { name: 'Try again to choose a new password' }).waitFor();
      const repeated = page.getByLabel('The same again');
      expect(await repeated.getAttribute('aria-invalid')).toBe('true');
      const described = await repeated.getAttribute('aria-describedby');
      expect(await page.locator(`#${described}`).innerText()).toBe('The two are not the same.');
      if (options.javaScriptEnabled !== false) expect(await isWide(page)).toBe(false);
      await fill(NEW_PASSWORD, NEW_PASSWORD);
      await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
      expect(await login(one.username, NEW_PASSWORD)).toBe(200);
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  });
});
