import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingOpenssl } from '../support/debian.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { Forger, hmac } from '../support/forger.js';
import { describeWith, loadPackage, missingPackages } from '../support/interoperability.js';
import { addClient, pairFor } from '../support/oauth.js';
import { freePort } from '../support/postgres-server.js';
import { startTlsFront, type TlsFront } from '../support/tls-front.js';

const AUDIENCE = 'https://shop.test';
const ALGORITHMS = ['RS256', 'ES256'];
const missing = await missingPackages();

/** A token for the application, and others that it must refuse. */
interface Tokens {
  readonly good: string;
  readonly bad: Readonly<Record<string, string>>;
}

async function makeTokens(service: TestEnvironment): Promise<Tokens> {
  await addClient(service, { clientId: 'shop', secret: 'the secret of the shop', audience: AUDIENCE });
  const { access_token: good } = await pairFor(service, 'frank', { resource: AUDIENCE });
  const forger = new Forger(service, good);
  const [, , signature] = forger.parts;
  const publicKey = forger.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    good,
    bad: {
      'for the service itself': await service.login('frank'),
      'signed by somebody else': forger.forge({}),
      'signed by an unknown key': forger.forge({ kid: 'unknown' }),
      'signed by the public key as a secret': forger.forge({ alg: 'HS256' }, {}, hmac(publicKey)),
      'not signed': forger.forge({ alg: 'none' }, {}, () => ''),
      'with other claims': forger.forge({}, { username: 'admin' }, () => signature),
      expired: forger.misuse({}, { exp: 1 }),
      'of another issuer': forger.misuse({}, { iss: 'https://elsewhere.test' }),
    },
  };
}

describe.each(ALGORITHMS)('with %s', (TOKEN_ALGORITHM) => {
  describeWith(missing, 'express-oauth2-jwt-bearer', () => {
    let service: TestEnvironment;
    let server: Server;
    let tokens: Tokens;
    beforeAll(async () => {
      service = await createTestEnvironment({ port: await freePort(), env: { TOKEN_ALGORITHM } });
      tokens = await makeTokens(service);
      const { auth, requiredScopes } = await loadPackage('express-oauth2-jwt-bearer');
      const app = express();
      // Strict: as RFC 9068 has it, with its type and its claims.
      app.use(auth({ issuerBaseURL: service.url, audience: AUDIENCE, tokenSigningAlg: TOKEN_ALGORITHM, strict: true }));
      app.get('/', ({ auth: verified }: any, response) => void response.json(verified.payload));
      app.get('/invoices', requiredScopes('finance:read'), (_, response) => void response.send('invoices'));
      app.get('/salaries', requiredScopes('hr:read'), (_, response) => void response.send('salaries'));
      // Express would print each refusal to the console.
      app.use(((error, _request, response, _next) => {
        response
          .status(error.status ?? 500)
          .set(error.headers)
          .send(error.message);
      }) satisfies express.ErrorRequestHandler);
      server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(async () => {
      server?.closeAllConnections();
      server?.close();
      await service?.close();
    });

    const ask = (path: string, token?: string) =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });

    it('RFC 9068 §4: finds the keys by the metadata, and lets in who comes with a token for the application', async () => {
      const answer = await ask('/', tokens.good);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ iss: service.url, aud: AUDIENCE, username: 'frank' });
    });

    it('RFC 6749 §3.3: reads scopes', async () => {
      expect((await ask('/invoices', tokens.good)).status).toBe(200);
      const refused = await ask('/salaries', tokens.good);
      expect(refused.status).toBe(403);
      expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
    });

    it('RFC 6750 §3: asks who comes without a token for one', async () => {
      const refused = await ask('/');
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it('refuses one that isn’t for it, for the reason there is', async () => {
      const why: Record<string, string> = {};
      for (const [name, token] of Object.entries(tokens.bad)) {
        const refused = await ask('/', token);
        expect(refused.headers.get('www-authenticate'), name).toContain('error="invalid_token"');
        why[name] = `${refused.status} ${await refused.text()}`;
      }
      expect(why).toEqual({
        'for the service itself': `401 Unexpected 'aud' value`,
        'signed by somebody else': '401 signature verification failed',
        'signed by an unknown key': '401 no applicable key found in the JSON Web Key Set',
        'signed by the public key as a secret': expect.stringMatching(/^401 Unsupported algorithm "HS256"/),
        'not signed': expect.stringMatching(/^401 Unsupported algorithm "none"/),
        'with other claims': '401 signature verification failed',
        expired: '401 "exp" claim timestamp check failed',
        'of another issuer': `401 Unexpected 'iss' value`,
      });
    });
  });

  describeWith(missing ?? missingOpenssl(), 'aws-jwt-verify', () => {
    let front: TlsFront;
    let service: TestEnvironment;
    let tokens: Tokens;
    let aws: any;
    let cache: any;
    beforeAll(async () => {
      const port = await freePort();
      front = await startTlsFront(port);
      service = await createTestEnvironment({ port, env: { TOKEN_ALGORITHM, PUBLIC_URL: front.url } });
      tokens = await makeTokens(service);
      aws = await loadPackage('aws-jwt-verify');
      const { SimpleJwksCache } = await loadPackage('aws-jwt-verify/jwk');
      const { SimpleFetcher } = await loadPackage('aws-jwt-verify/https');
      const trusting = { defaultRequestOptions: { ca: front.certificate } };
      cache = new SimpleJwksCache({ fetcher: new SimpleFetcher(trusting) });
    });
    afterAll(async () => {
      await service?.close();
      await front?.stop();
    });

    /** It looks for the keys where ours are, if it isn't told. */
    const verifier = (jwksCache?: unknown) =>
      aws.JwtVerifier.create({ issuer: front.url, audience: AUDIENCE }, jwksCache && { jwksCache });

    it('RFC 7517 §5: finds the keys by https, and accepts a token for the application', async () => {
      const claims = await verifier(cache).verify(tokens.good, { scope: ['finance:read'] });
      expect(claims).toMatchObject({ iss: front.url, aud: AUDIENCE, username: 'frank' });
      await expect(verifier(cache).verify(tokens.good, { scope: ['hr:read'] })).rejects.toThrow('Scope not allowed');
    });

    it('refuses one that isn’t for it, for the reason there is', async () => {
      const why: Record<string, string> = {};
      for (const [name, token] of Object.entries(tokens.bad)) {
        why[name] = await verifier(cache)
          .verify(token)
          .catch((error: Error) => error.constructor.name);
      }
      expect(why).toEqual({
        'for the service itself': 'JwtInvalidAudienceError',
        'signed by somebody else': 'JwtInvalidSignatureError',
        'signed by an unknown key': 'KidNotFoundInJwksError',
        'signed by the public key as a secret': 'JwtInvalidSignatureAlgorithmError',
        'not signed': 'JwtParseError',
        'with other claims': 'JwtInvalidSignatureError',
        expired: 'JwtExpiredError',
        'of another issuer': 'JwtInvalidIssuerError',
      });
    });

    it('reaches nothing where it doesn’t know the certificate', async () => {
      await expect(verifier().verify(tokens.good)).rejects.toThrow(/self-signed certificate/);
    });
  });
});
