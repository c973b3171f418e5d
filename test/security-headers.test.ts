import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service?.close());

describe('the headers that tell browsers what not to do (OWASP REST Security)', () => {
  it.each(['/', '/finance/data', '/nowhere', '/openapi.json', '/.well-known/jwks.json'])(
    'data at %s is not to be run, framed, embedded or guessed at',
    async (path) => {
      const { headers } = await service.ask(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers.has('x-powered-by')).toBe(false);
    },
  );

  it.each(['/docs', '/docs/swagger-ui.css', '/docs/swagger-ui-init.js'])(
    'at %s scripts of the service’s own run, and none that stand in the page or come from elsewhere',
    async (path) => {
      const { status, headers } = await service.ask(path);
      expect(status).toBe(200);
      const policy = headers.get('content-security-policy')!.split(';');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'self'",
          "script-src 'self'",
          "script-src-attr 'none'",
          "object-src 'none'",
        ]),
      );
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('x-frame-options')).toBe('DENY');
    },
  );

  it('say nothing of HTTPS over plain HTTP, or a local network couldn’t use the service', async () => {
    expect((await service.ask('/')).headers.has('strict-transport-security')).toBe(false);
  });
});
