import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAuditor } from './support/auditor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { Forger } from './support/forger.js';
import { expectAccepted, expectRefused, type Forgeries } from './support/refusals.js';

describe('copies of a token in another spelling', () => {
  let service: TestEnvironment;
  beforeAll(async () => {
    service = await createTestEnvironment();
    await addAuditor(service);
  });
  afterAll(() => service.close());

  /** Other texts that a decoder might take for the same token. */
  function respelled(forger: Forger): Forgeries {
    const { token } = forger;
    const [header, payload, signature] = forger.parts;
    const padded = (part: string) => part.padEnd(Math.ceil(part.length / 4) * 4, '=');
    const copies: Forgeries = {
      'padding at the end': `${token}==`,
      'padding in each part': [header, payload, signature].map(padded).join('.'),
      'one equals sign': `${token}=`,
      'the alphabet of base64': token.replaceAll('-', '+').replaceAll('_', '/'),
      'both alphabets': `${header}.${payload}.${signature.replaceAll('-', '+')}`,
      'the signature in base64': `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64')}`,
      capitals: token.toUpperCase(),
      'small letters': token.toLowerCase(),
      'a header in capitals': `${header.toUpperCase()}.${payload}.${signature}`,
      'a fourth part': `${token}.`,
      'a fourth part of something': `${token}.AAAA`,
      'a part before it': `.${token}`,
      'a space before a dot': `${header} .${payload}.${signature}`,
      'a space within': `${header}.${payload.slice(0, 9)} ${payload.slice(9)}.${signature}`,
      'a tab within': `${header}.${payload.slice(0, 9)}\t${payload.slice(9)}.${signature}`,
      'a line break within': `${header}.${payload.slice(0, 9)}\n${payload.slice(9)}.${signature}`,
      'a line break at the end': `${token}\n`,
      'CRLF at the end': `${token}\r\n`,
      'a NUL at the end': `${token}\u0000`,
      'a zero-width space at the end': `${token}\u200b`,
      'a byte order mark': `\ufeff${token}`,
      'full-width letters': token.replace('e', 'ｅ'),
      'percent signs': token.replaceAll('.', '%2E'),
      quotes: `"${token}"`,
      'angle brackets': `<${token}>`,
      'an exclamation mark': `${token}!`,
      'a comma': `${token},`,
    };
    for (const [index, part] of [header, payload, signature].entries()) {
      for (const [what, last] of Object.entries(sameBytes(part))) {
        copies[`part ${index} that ends in ${what}`] = forger.parts.with(index, last).join('.');
      }
    }
    return copies;
  }

  it('RFC 7515 §2: of one that is alive are none', async () => {
    const forger = new Forger(service, await service.login('frank'));
    await expectAccepted(service, forger.token);
    await expectRefused(service, respelled(forger));
  });

  it('of one that was revoked stay dead', async () => {
    const forger = new Forger(service, await service.login('frank'));
    await expectAccepted(service, forger.token);
    expect((await service.ask('/revoke', { form: { token: forger.token } })).status).toBe(200);
    const claims = Object.entries(forger.claims);
    await expectRefused(service, {
      itself: forger.token,
      ...respelled(forger),
      // None of these can be made without the key: that they are dead too shows that it isn't the text that was revoked.
      'another order of the header': forger.compose(reversed(forger.header), forger.claims),
      'another order of the claims': forger.compose(forger.header, Object.fromEntries(claims.toReversed())),
      'spaces in the JSON': forger.compose(
        JSON.stringify(forger.header, null, 2),
        JSON.stringify(forger.claims, null, 2),
      ),
      'escapes in the JSON': forger.compose(
        forger.header,
        JSON.stringify(forger.claims).replace('"jti"', '"\\u006ati"'),
      ),
      'a claim twice': forger.compose(forger.header, JSON.stringify(forger.claims).replace('{', '{"jti":"x",')),
      'a member more': forger.misuse({ x: 1 }, { x: 1 }),
      'a later end': forger.misuse({}, { exp: Number(forger.claims['exp']) + 1_000 }),
      'another signature': forger.misuse({}),
      'the type in capitals': forger.misuse({ typ: 'AT+JWT' }),
    });
  });

  it('the second signature that anybody can make of an ECDSA one dies with the first', async () => {
    const own = await createTestEnvironment({ env: { TOKEN_ALGORITHM: 'ES256' } });
    await addAuditor(own);
    const forger = new Forger(own, await own.login('frank'));
    const twin = mirrored(forger.token);
    expect(twin).not.toBe(forger.token);
    await own.ask('/users/me', { token: twin });
    await expectAccepted(own, forger.token);
    await own.ask('/revoke', { form: { token: forger.token } });
    await expectRefused(own, { itself: forger.token, 'its twin': twin, 'a twin of the twin': mirrored(twin) });
    await own.close();
  });
});

/** The part with other last characters that a lenient decoder takes for the same bytes. */
function sameBytes(part: string): Record<string, string> {
  const bytes = Buffer.from(part, 'base64url');
  const same: Record<string, string> = {};
  for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    const other = part.slice(0, -1) + character;
    if (other !== part && Buffer.from(other, 'base64url').equals(bytes)) same[character] = other;
  }
  return same;
}

function reversed(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).toReversed());
}

/** Of an ECDSA signature (r, s) on P-256, (r, n - s) is one as well. */
function mirrored(token: string): string {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const bytes = Buffer.from(signature, 'base64url');
  const s = n - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return `${header}.${payload}.${other.toString('base64url')}`;
}
