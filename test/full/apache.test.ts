import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Apache, startApache } from '../support/apache.js';
import { missingApache } from '../support/debian.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { Forger, hmac } from '../support/forger.js';
import { describeWith } from '../support/interoperability.js';
import { addClient, pairFor } from '../support/oauth.js';
import { freePort } from '../support/postgres-server.js';

const AUDIENCE = 'https://files.example';
/** A client whose secret has to be encoded (RFC 6749 §2.3.1). */
const FILES = { clientId: 'files', secret: 's%c+r:e t/=&ü', audience: AUDIENCE };

/** What the page on interoperability has Apache do, at this service. */
async function configurationFor({ url }: TestEnvironment): Promise<string> {
  const page = await readFile('docs/interoperability.md', 'utf8');
  const [, shown] = /^```apache\n(.*?)^```$/ms.exec(page)!;
  return shown!.replaceAll('http://127.0.0.1:8000', url).replace('SECRET', encodeURIComponent(FILES.secret));
}

describeWith(missingApache(), 'libapache2-mod-oauth2', () => {
  describe.each(['RS256', 'ES256'])('with %s', (TOKEN_ALGORITHM) => {
    let service: TestEnvironment;
    let apache: Apache;
    let frank: string;
    beforeAll(async () => {
      service = await createTestEnvironment({ port: await freePort(), env: { TOKEN_ALGORITHM } });
      await addClient(service, FILES);
      apache = await startApache(
        { 'introspected/files': 'files', 'introspected/salaries': 'salaries', 'verified/files': 'files' },
        await configurationFor(service),
      );
      frank = await tokenOf('frank');
    });
    afterAll(async () => {
      await apache?.stop();
      await service?.close();
    });

    const tokenOf = async (username: string) => (await pairFor(service, username, { resource: AUDIENCE })).access_token;
    /** What Apache answers: the text, or the status with the error that its challenge names. */
    async function ask(path: string, token?: string): Promise<string> {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(apache.url + path, { headers });
      if (response.ok) return response.text();
      const [, error] = /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? [];
      return `${response.status} ${error ?? 'without a challenge'}`;
    }

    describe.each(['/introspected/files', '/verified/files'])('%s', (path) => {
      it('is for who comes with a token for it', async () => {
        expect(await ask(path, frank), await apache.log()).toBe('files');
        expect(await ask(path)).toBe('401 invalid_request');
        expect(await ask(path, 'not-a-token')).toBe('401 invalid_token');
      });

      it('is not for who comes with a token for another', async () => {
        expect(await ask(path, await service.login('frank'))).toMatch(/^401/);
      });

      it('is not for forgers', async () => {
        const forger = new Forger(service, frank);
        const publicKey = forger.publicKey.export({ type: 'spki', format: 'pem' }).toString();
        for (const token of [
          forger.forge({}),
          forger.forge({ alg: 'HS256' }, {}, hmac(publicKey)),
          forger.forge({ alg: 'none' }, {}, () => ''),
          forger.forge({}, { username: 'admin' }, () => forger.parts[2]),
          forger.misuse({}, { exp: 1 }),
          forger.misuse({}, { iss: 'https://elsewhere.test' }),
        ]) {
          expect(await ask(path, token)).toMatch(/^401/);
        }
      });
    });

    it('tells its pages who somebody is', async () => {
      const { headers } = await fetch(`${apache.url}/introspected/files`, {
        headers: { authorization: `Bearer ${frank}` },
      });
      expect(headers.get('x-user')).toBe('frank');
    });

    it('RFC 7662 §2.2: decides by the permissions that are in force', async () => {
      expect(await ask('/introspected/salaries', frank)).toMatch(/^401/);
      expect(await ask('/introspected/salaries', await tokenOf('heidi'))).toBe('salaries');
    });

    it('RFC 7662 §4: refuses a revoked token where it introspects, and can’t know of it where it verifies alone', async () => {
      const token = await tokenOf('frank');
      expect(await ask('/introspected/files', token)).toBe('files');
      expect(await ask('/verified/files', token)).toBe('files');
      await service.ask('/revoke', { form: { token } });
      expect(await ask('/introspected/files', token)).toBe('401 invalid_token');
      expect(await ask('/verified/files', token)).toBe('files');
    });
  });
});
