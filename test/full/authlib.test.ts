import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingAuthlib, PYTHON } from '../support/debian.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { Forger, hmac } from '../support/forger.js';
import { describeWith, interoperabilityFile } from '../support/interoperability.js';
import { addClient } from '../support/oauth.js';
import { freePort } from '../support/postgres-server.js';

/** Authlib doesn't form-encode what it writes into the Basic pair; of the secrets that the service makes nothing would change. */
const SHOP = { clientId: 'shop', secret: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3-_uEa', audience: 'https://shop.test' };

describeWith(missingAuthlib(), 'python3-authlib', () => {
  let service: TestEnvironment;

  /** Runs the script, and answers what it prints. */
  async function tryAuthlib(given: object): Promise<any> {
    // Authlib wants https everywhere, unless told that this is a test.
    const env = { PATH: process.env['PATH'], AUTHLIB_INSECURE_TRANSPORT: '1' };
    const script = promisify(execFile)(PYTHON, [interoperabilityFile('authlib_client.py')], { env, timeout: 60_000 });
    script.child.stdin!.end(JSON.stringify(given));
    return JSON.parse((await script).stdout);
  }

  describe.each(['RS256', 'ES256'])('with %s', (TOKEN_ALGORITHM) => {
    let found: any;
    beforeAll(async () => {
      service = await createTestEnvironment({ port: await freePort(), env: { TOKEN_ALGORITHM } });
      await addClient(service, { ...SHOP, grants: ['password', 'refresh_token'] });
      const token = await service.login('admin');
      const account = await service.ask('/service-accounts', {
        token,
        json: { username: 'robot', groups: ['finance'] },
      });
      const secret = await service.ask(`/service-accounts/${account.json.id}/secret`, { method: 'POST', token });
      const forger = new Forger(service, await service.login('frank'));
      found = await tryAuthlib({
        issuer: service.url,
        person: { username: 'frank', password: service.passwords.get('frank') },
        shop: { clientId: SHOP.clientId, clientSecret: SHOP.secret, audience: SHOP.audience },
        robot: secret.json,
        forgeries: [
          forger.forge({}),
          forger.forge({ alg: 'HS256' }, {}, hmac(forger.publicKey.export({ type: 'spki', format: 'pem' }).toString())),
          forger.forge({ alg: 'none' }, {}, () => ''),
          forger.misuse({}, { exp: 1 }),
          forger.misuse({}, { iss: 'https://elsewhere.test' }),
        ],
      });
    });
    afterAll(() => service?.close());

    it('RFC 8414 §2: finds metadata in which nothing is wrong', () => {
      expect(found.issuer).toBe(service.url);
    });

    it('RFC 6749 §2.3.1: authenticates in the header, in the body, and as a public client', () => {
      expect(found['by method']).toEqual({
        client_secret_basic: ['Bearer', 'invalid_client'],
        client_secret_post: ['Bearer', 'invalid_client'],
      });
      expect(found.userinfo).toBe('frank');
      expect(found['wrong password']).toBe('invalid_grant');
    });

    it('refreshes, introspects and revokes', () => {
      expect(found.introspected).toMatchObject({ active: true, username: 'frank', aud: SHOP.audience });
      expect(found.rotated).toBe(true);
      expect(found.revoked).toBe(200);
      expect(found['after that']).toEqual({ active: false });
      expect(found['refreshed after that']).toBe('invalid_grant');
    });

    it('RFC 6749 §4.4: logs a service account in, and again when its token has expired', () => {
      expect(found.program).toEqual([200, 403]);
      expect(found['program, renewed']).toBe(200);
    });

    it('RFC 7519 §7.2: verifies tokens by the JWKS, and refuses what isn’t ours, or for others, or late', () => {
      expect(found.verified).toBe('frank');
      expect(found['for another']).toBe('InvalidClaimError');
      expect(found.forged).toEqual([
        'BadSignatureError',
        'UnsupportedAlgorithmError',
        'UnsupportedAlgorithmError',
        'ExpiredTokenError',
        'InvalidClaimError',
      ]);
    });
  });
});
