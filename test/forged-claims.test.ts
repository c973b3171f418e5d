import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAuditor, introspect } from './support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { by, encode, Forger, hmac } from './support/forger.js';
import { claimsOf } from './support/oauth.js';
import { expectAccepted, expectRefused, type Forgeries } from './support/refusals.js';

describe('forged headers and claims', () => {
  let service: TestEnvironment;
  let forger: Forger;
  let listener: Server;
  let address: string;
  let fetched = 0;

  beforeAll(async () => {
    service = await createTestEnvironment();
    await addAuditor(service);
    forger = new Forger(service, await service.login('frank'));
    // Holds the forger's key, so that whoever fetched it would be taken in.
    listener = createServer((request, response) => {
      fetched++;
      const jwk = { ...forger.own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' };
      const pem = forger.own.publicKey.export({ type: 'spki', format: 'pem' });
      const isPem = request.url === '/x5u';
      response.setHeader('content-type', isPem ? 'application/x-pem-file' : 'application/json');
      response.end(isPem ? pem : JSON.stringify({ issuer: address, jwks_uri: `${address}/jku`, keys: [jwk] }));
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    listener.close();
    await service.close();
  });

  it('RFC 8725 §3.10: takes no key from the header, and fetches none', async () => {
    const jwk = forger.own.publicKey.export({ format: 'jwk' });
    const der = forger.own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const { kid } = forger.header;
    const forgeries: Forgeries = {};
    const members: Record<string, object> = {
      jwk: { jwk },
      'private jwk': { jwk: forger.own.privateKey.export({ format: 'jwk' }) },
      'jwk with the kid': { jwk: { ...jwk, kid, use: 'sig', alg: 'RS256' } },
      'jwk as text': { jwk: JSON.stringify(jwk) },
      jku: { jku: `${address}/jku` },
      'jku in capitals': { JKU: `${address}/jku` },
      'jku that starts like the issuer': { jku: `http://gatehouse.test@${address.slice(7)}/jku` },
      x5u: { x5u: `${address}/x5u` },
      x5c: { x5c: [der] },
      'x5c as text': { x5c: der },
      x5t: { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
      iss: { iss: address },
      all: { jwk, jku: `${address}/jku`, x5u: `${address}/x5u`, x5c: [der] },
    };
    for (const [what, member] of Object.entries(members)) {
      forgeries[`${what}, with the kid of the service`] = forger.forge(member);
      forgeries[`${what}, with another kid`] = forger.forge({ ...member, kid: 'own' });
      forgeries[`${what}, without a kid`] = forger.forge({ ...member, kid: undefined });
      forgeries[`${what}, with an address for kid`] = forger.forge({ ...member, kid: `${address}/jku` });
      forgeries[`${what}, of another issuer`] = forger.forge({ ...member, kid: 'own' }, { iss: address });
    }
    await expectRefused(service, forgeries);
    expect(fetched).toBe(0);
  });

  it('RFC 8725 §3.10: takes no kid for a path, a statement, or a member of every object', async () => {
    const kids: unknown[] = [
      '/dev/null',
      '../../../../../../dev/null',
      'file:///dev/null',
      'C:\\NUL',
      '.',
      '..',
      '/',
      '%2e%2e%2fdev%2fnull',
      `' OR '1'='1`,
      `x' UNION SELECT '${encode('key')}' --`,
      `'; DROP TABLE gatehouse.signing_keys; --`,
      '%',
      '_',
      '*',
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '0',
      'length',
      'size',
      'undefined',
      '',
      ' ',
      'x\u0000',
      '\u202e',
      '{}',
      '$(sleep 1)',
      '|sleep 1',
      '\r\nx: y',
      'x'.repeat(5_000),
      '😀'.repeat(200),
      null,
      undefined,
      0,
      1,
      -1,
      1e308,
      true,
      [],
      ['a'],
      [[]],
      {},
      { toString: 'x' },
      { length: 1, 0: 'x' },
    ];
    const forgeries: Forgeries = {};
    for (const kid of kids) {
      const what = JSON.stringify(kid)?.slice(0, 50);
      forgeries[`${what}, signed by the forger`] = forger.forge({ kid });
      forgeries[`${what}, HMAC with nothing`] = forger.forge({ kid, alg: 'HS256' }, {}, hmac(''));
      forgeries[`${what}, signed by the service`] = forger.misuse({ kid });
    }
    const own = String(forger.header['kid']);
    for (const kid of [
      [own],
      { kid: own },
      ` ${own}`,
      `${own} `,
      `${own}\u0000`,
      own.toLowerCase(),
      own.slice(0, -1),
    ]) {
      forgeries[`${JSON.stringify(kid)} for the right one`] = forger.misuse({ kid });
    }
    await expectRefused(service, forgeries);
    await expectAccepted(service, forger.token);
  });

  it('refuses tokens that are longer than any, before it looks into them', async () => {
    const long = (length: number) => forger.misuse({}, { x: 'x'.repeat(length) });
    await expectRefused(service, {
      'a claim of 6,000 bytes': long(6_000),
      'a claim of 9,000 bytes': long(9_000),
      dots: '.'.repeat(8_000),
      'dots and a little': 'a.'.repeat(4_000),
      'no dots': 'a'.repeat(8_000),
    });
    for (const length of [20_000, 200_000]) {
      const [guarded, introspected] = [
        await service.ask('/users/me', { token: long(length) }),
        await introspect(service, long(length)),
      ];
      expect(guarded.status).toBe(431);
      expect([200, 413]).toContain(introspected.status);
    }
  });

  it('RFC 7515 §4.1.11: refuses what it doesn’t understand and must, and what is encoded in another way', async () => {
    const [, payload] = forger.parts;
    const forgeries: Forgeries = {};
    for (const crit of [['exp'], ['b64'], ['alg'], ['x', 'x'], [], null, 'x', {}, true, 0, [null], ['__proto__']]) {
      forgeries[`crit ${JSON.stringify(crit)}`] = forger.misuse({ crit, x: 1 });
    }
    const claims = JSON.stringify(forger.claims);
    const signed = (header: object, body: unknown) => forger.compose({ ...forger.header, ...header }, body);
    forgeries['b64 false and critical'] = forger.misuse({ b64: false, crit: ['b64'] });
    // RFC 7797: the payload itself is signed, and stands there as it is, or not at all.
    const plain = (body: string) => `${encode({ ...forger.header, b64: false, crit: ['b64'] })}.${body}`;
    forgeries['a payload in plain text'] = `${plain(claims)}.${forger.parts[2]}`;
    forgeries['a detached payload'] = `${forger.parts[0]}..${forger.parts[2]}`;
    forgeries['a compressed payload'] = signed({ zip: 'DEF' }, deflateRawSync(claims));
    forgeries['a payload encoded twice'] = signed({}, payload);
    await expectRefused(service, forgeries);
  });

  it('RFC 8725 §3.11: refuses what the service has signed as something else', async () => {
    const types = ['jwt', 'JOSE', 'at', 'at+jws', 'rt+jwt', 'id+jwt', 'logout+jwt', 'dpop+jwt', 'application/jwt'];
    const likenesses = [
      'at+jwt ',
      ' at+jwt',
      'at+jwt;x',
      'at jwt',
      'at%2Bjwt',
      'xat+jwt',
      'at+jwtx',
      'text/at+jwt',
      '*/*',
    ];
    const forgeries: Forgeries = {};
    for (const typ of [...types, ...likenesses, '', null, undefined, true, ['at+jwt'], { 'at+jwt': 1 }]) {
      forgeries[JSON.stringify(typ) ?? 'none'] = forger.misuse({ typ });
    }
    await expectRefused(service, forgeries);
  });

  it('RFC 8725 §3.8, §3.9: refuses another issuer and another audience, however alike', async () => {
    const own = 'http://gatehouse.test';
    const alike = [
      'http://gatehouse.test/',
      'https://gatehouse.test',
      'HTTP://GATEHOUSE.TEST',
      'http://gatehouse.test.',
      'http://gatehouse.test:80',
      'http://gatehouse.test@evil.test',
      ' http://gatehouse.test',
      'gatehouse.test',
    ];
    const forgeries: Forgeries = {};
    for (const name of [
      ...alike,
      '',
      '*',
      null,
      undefined,
      0,
      true,
      {},
      [],
      [[own]],
      ['http://other.test', own],
      { [own]: 1 },
    ]) {
      forgeries[`iss ${JSON.stringify(name)}`] = forger.misuse({}, { iss: name });
      forgeries[`aud ${JSON.stringify(name)}`] = forger.misuse({}, { aud: name });
    }
    await expectRefused(service, forgeries);
  });

  it('refuses times that are over, to come, or none', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const forgeries: Forgeries = {};
    for (const exp of [now, now - 1, 0, -1, -now, null, undefined, '', String(now + 100), true, {}, [], [now + 100]]) {
      forgeries[`exp ${JSON.stringify(exp)}`] = forger.misuse({}, { exp });
    }
    for (const nbf of [now + 60, now + 1e9, now * 1_000, '', String(now), true, {}, [now - 100]]) {
      forgeries[`nbf ${JSON.stringify(nbf)}`] = forger.misuse({}, { nbf });
    }
    await expectRefused(service, forgeries);
  });

  it('refuses claims of another account, of another token, and of none', async () => {
    const maria = claimsOf(await service.login('maria'));
    const forgeries: Forgeries = {};
    for (const [what, value] of Object.entries({ 'somebody else’s': maria, none: {} })) {
      forgeries[`sub: ${what}`] = forger.misuse({}, { sub: (value as { sub?: string }).sub });
      forgeries[`jti: ${what}`] = forger.misuse({}, { jti: (value as { jti?: string }).jti });
    }
    const { sub, jti } = forger.claims as { sub: string; jti: string };
    const wrong = [
      '',
      'frank',
      '*',
      '%',
      "' OR true --",
      null,
      0,
      true,
      {},
      [],
      '00000000-0000-0000-0000-000000000000',
    ];
    for (const value of [...wrong, [sub], `{${sub}}`, ` ${sub}`, sub.toUpperCase()]) {
      forgeries[`sub ${JSON.stringify(value)}`] = forger.misuse({}, { sub: value });
    }
    for (const value of [...wrong, [jti], `{${jti}}`, ` ${jti}`, jti.replaceAll('-', '')]) {
      forgeries[`jti ${JSON.stringify(value)}`] = forger.misuse({}, { jti: value });
    }
    await expectRefused(service, forgeries);
  });

  it('RFC 7519 §5.2, §7.2: refuses a token in a token, and payloads that are no claims', async () => {
    const header = { ...forger.header };
    const nested = { ...header, cty: 'JWT' };
    const claims = JSON.stringify(forger.claims);
    const [first, second, third] = forger.parts;
    const deep = '['.repeat(2_500) + ']'.repeat(2_500);
    await expectRefused(service, {
      'signed by the service': forger.compose(nested, forger.token),
      'signed by the forger': forger.compose(nested, forger.token, by(forger.own.privateKey)),
      'as JSON text': forger.compose(nested, JSON.stringify(forger.token)),
      'in a claim': forger.compose(nested, { jwt: forger.token }),
      'with both headers': `${encode(nested)}.${first}.${second}.${third}`,
      encrypted: `${encode({ alg: 'dir', enc: 'A128GCM', typ: 'at+jwt', kid: header['kid'] })}..AAAA.${second}.AAAA`,
      nothing: forger.compose(header, ''),
      null: forger.compose(header, 'null'),
      true: forger.compose(header, 'true'),
      'a number': forger.compose(header, '1'),
      'a text': forger.compose(header, '"x"'),
      'an array': forger.compose(header, `[${claims}]`),
      'an empty object': forger.compose(header, '{}'),
      'no JSON': forger.compose(header, `${claims}x`),
      'half of it': forger.compose(header, claims.slice(0, claims.length / 2)),
      'JSON with a byte order mark': forger.compose(header, `\uFEFF${claims}`),
      'deep JSON': forger.compose(header, deep),
      'deep JSON in a claim': forger.compose(header, `{"aud":${deep}}`),
      'a header of no JSON': forger.compose('x', claims),
      'a header of deep JSON': forger.compose(deep, claims),
      'a header of null': forger.compose('null', claims),
    });
  });

  it('RFC 7515 §7.2: refuses the JSON serializations', async () => {
    const [header, payload, signature] = forger.parts;
    await expectRefused(service, {
      flattened: JSON.stringify({ protected: header, payload, signature }),
      general: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      encoded: encode({ protected: header, payload, signature }),
    });
  });
});
