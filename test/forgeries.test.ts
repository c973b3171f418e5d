import { afterAll, beforeAll, describe, it } from 'vitest';
import { addAuditor } from './support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { by, encode, Forger, hmac } from './support/forger.js';
import { expectAccepted, expectRefused, type Forgeries } from './support/refusals.js';

/** Every way to write a word in capitals and small letters. */
function spellings(word: string): string[] {
  return word
    .split('')
    .reduce<string[]>(
      (starts, letter) => starts.flatMap((start) => [start + letter, start + letter.toUpperCase()]),
      [''],
    );
}

describe.each(['RS256', 'ES256'] as const)('forged signatures where the service signs with %s', (algorithm) => {
  let service: TestEnvironment;
  let forger: Forger;
  beforeAll(async () => {
    service = await createTestEnvironment({ env: { TOKEN_ALGORITHM: algorithm } });
    await addAuditor(service);
    forger = new Forger(service, await service.login('frank'));
  });
  afterAll(() => service.close());

  it('takes what the service has signed', async () => {
    await expectAccepted(service, forger.token);
    await expectAccepted(service, forger.misuse({}));
  });

  it('RFC 8725 §3.1: refuses the algorithm none, in every spelling', async () => {
    const forgeries: Forgeries = {};
    const [, payload, signature] = forger.parts;
    for (const alg of [
      ...spellings('none'),
      'none ',
      ' none',
      'none\u0000',
      'nоne',
      '',
      null,
      0,
      false,
      [],
      ['none'],
      {},
    ]) {
      const what = JSON.stringify(alg);
      forgeries[`${what}, no signature`] = forger.forge({ alg }, {}, () => '');
      forgeries[`${what}, the signature`] = forger.forge({ alg }, {}, () => signature);
      forgeries[`${what}, some signature`] = forger.forge({ alg }, {}, () => 'AAAA');
    }
    const twice = encode(`{"alg":"${algorithm}","typ":"at+jwt","kid":"${String(forger.header['kid'])}","alg":"none"}`);
    forgeries['after the right one'] = `${twice}.${payload}.${signature}`;
    await expectRefused(service, forgeries);
  });

  it('RFC 8725 §3.1: refuses an HMAC with the public key, in every encoding', async () => {
    const pem = (type: 'spki' | 'pkcs1') => forger.publicKey.export({ type: type as 'spki', format: 'pem' }).toString();
    const der = (type: 'spki' | 'pkcs1') => forger.publicKey.export({ type: type as 'spki', format: 'der' });
    const types = algorithm === 'RS256' ? (['spki', 'pkcs1'] as const) : (['spki'] as const);
    const published = await service.ask('/.well-known/jwks.json');
    const jwk = published.json.keys.find(({ kid }: { kid: string }) => kid === forger.header['kid']);
    const { kid: _kid, alg: _alg, use: _use, ...bare } = jwk;
    const secrets: Record<string, string | Buffer> = {
      'the JWKS': published.text,
      'the JWK': JSON.stringify(jwk),
      'the JWK, indented': JSON.stringify(jwk, null, 2),
      'the JWK, sorted': JSON.stringify(
        Object.fromEntries(Object.entries(jwk).toSorted(([left], [right]) => (left < right ? -1 : 1))),
      ),
      'the bare JWK': JSON.stringify(bare),
      'the first number': (jwk.n ?? jwk.x) as string,
      'the first number, decoded': Buffer.from(jwk.n ?? jwk.x, 'base64url'),
      'the kid': jwk.kid,
      nothing: '',
      'a zero': Buffer.alloc(1),
    };
    for (const type of types) {
      secrets[`${type} PEM`] = pem(type);
      secrets[`${type} PEM without the last newline`] = pem(type).trimEnd();
      secrets[`${type} PEM with CRLF`] = pem(type).replaceAll('\n', '\r\n');
      secrets[`${type} PEM on one line`] = pem(type).replaceAll('\n', '');
      secrets[`${type} PEM, escaped`] = pem(type).replaceAll('\n', '\\n');
      secrets[`${type} DER`] = der(type);
      secrets[`${type} DER in base64`] = der(type).toString('base64');
      secrets[`${type} DER in hexadecimal`] = der(type).toString('hex');
    }
    const forgeries: Forgeries = {};
    for (const [what, secret] of Object.entries(secrets)) {
      forgeries[`HS256, ${what}`] = forger.forge({ alg: 'HS256' }, {}, hmac(secret));
      forgeries[`HS384, ${what}`] = forger.forge({ alg: 'HS384' }, {}, hmac(secret, 384));
      forgeries[`HS512, ${what}`] = forger.forge({ alg: 'HS512' }, {}, hmac(secret, 512));
      forgeries[`${algorithm}, ${what}`] = forger.forge({}, {}, hmac(secret));
    }
    await expectRefused(service, forgeries);
  });

  it('RFC 8725 §3.3: refuses signatures that are empty, short, long, of nothing, or of something else', async () => {
    const [header, payload, signature] = forger.parts;
    const bytes = Buffer.from(signature, 'base64url');
    const other = (await service.login('maria')).split('.')[2]!;
    const half = bytes.length / 2;
    // What signs a hash must not sign the hash of another one, and ECDSA with zeros once held for every text (CVE-2022-21449).
    const signatures: Record<string, Buffer> = {
      'one byte': bytes.subarray(0, 1),
      'half of it': bytes.subarray(0, half),
      'all but the last byte': bytes.subarray(0, -1),
      'all but the first byte': bytes.subarray(1),
      'a byte more': Buffer.concat([bytes, Buffer.alloc(1)]),
      'a byte before it': Buffer.concat([Buffer.alloc(1), bytes]),
      'it twice': Buffer.concat([bytes, bytes]),
      zeros: Buffer.alloc(bytes.length),
      ones: Buffer.alloc(bytes.length, 0xff),
      'the number one': Buffer.concat([Buffer.alloc(bytes.length - 1), Buffer.from([1])]),
      'its halves exchanged': Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]),
      'a bit changed': Buffer.concat([Buffer.from([bytes[0]! ^ 1]), bytes.subarray(1)]),
      'another token’s': Buffer.from(other, 'base64url'),
      'the forger’s': Buffer.from(by(forger.own.privateKey)(`${header}.${payload}`), 'base64url'),
      'DER zeros': Buffer.from('3006020100020100', 'hex'),
    };
    const forgeries: Forgeries = {
      'no third part': `${header}.${payload}`,
      'an empty third part': `${header}.${payload}.`,
      'one character': `${header}.${payload}.A`,
      'a letter that isn’t base64url': `${header}.${payload}.${signature.slice(0, -1)}!`,
      'a signed payload that was changed': `${header}.${encode({ ...forger.claims, username: 'admin' })}.${signature}`,
      'a signed header that was changed': `${encode({ ...forger.header, x: 1 })}.${payload}.${signature}`,
    };
    for (const [what, one] of Object.entries(signatures)) {
      forgeries[what] = `${header}.${payload}.${one.toString('base64url')}`;
    }
    await expectRefused(service, forgeries);
  });

  it('RFC 8725 §3.1: refuses every other algorithm, whatever signed', async () => {
    const names = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA'];
    const forgeries: Forgeries = {};
    for (const alg of [...names, algorithm.toLowerCase(), `${algorithm} `, 'dir', 'RSA-OAEP', 'HS256']) {
      if (alg !== algorithm) forgeries[`${alg}, signed by the service`] = forger.misuse({ alg });
      forgeries[`${alg}, signed by the forger`] = forger.forge({ alg });
    }
    await expectRefused(service, forgeries);
  });
});
