import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { SigningKeysService } from '../../src/server/keys/signing-keys.service.js';
import type { SigningKey } from '../../src/server/keys/signing-key.js';
import type { TestEnvironment } from './environment.js';

/** Makes the third part of a token from the first two. */
export type Signer = (input: string) => string;

/** Base64url of bytes, of a text itself, or of anything else as JSON. */
export function encode(part: unknown): string {
  const isWhole = typeof part === 'string' || Buffer.isBuffer(part);
  return Buffer.from(isWhole ? part : JSON.stringify(part)).toString('base64url');
}

/** Signs as RS256 or ES256 do. */
export function by(privateKey: KeyObject): Signer {
  return (input) =>
    sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

/** Signs as HS256, HS384 and HS512 do. */
export function hmac(secret: string | Buffer, bits: 256 | 384 | 512 = 256): Signer {
  return (input) => createHmac(`sha${bits}`, secret).update(input).digest('base64url');
}

/** Makes tokens that are like one of the service's, and aren't it. */
export class Forger {
  /** The forger's own pair of keys, of the service's kind. */
  readonly own: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  private readonly key: SigningKey;

  /** @param token an access token that is alive */
  constructor(
    service: TestEnvironment,
    readonly token: string,
  ) {
    this.key = service.app.get(SigningKeysService, { strict: false }).active;
    this.own =
      this.key.algorithm === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  /** The parts of the token, as they stand in it. */
  get parts(): [header: string, payload: string, signature: string] {
    return this.token.split('.') as [string, string, string];
  }

  get header(): Record<string, unknown> {
    return this.decoded(0);
  }

  get claims(): Record<string, unknown> {
    return this.decoded(1);
  }

  get publicKey(): KeyObject {
    return this.key.publicKey;
  }

  /** The token with other members in its header and its payload; undefined leaves one out. Signed by the forger. */
  forge(header: object, payload: object = {}, signer: Signer = by(this.own.privateKey)): string {
    return this.compose({ ...this.header, ...header }, { ...this.claims, ...payload }, signer);
  }

  /** The same, signed by the service's own key: what nobody can make, and what must be refused for another reason. */
  misuse(header: object, payload: object = {}): string {
    return this.forge(header, payload, by(this.key.privateKey));
  }

  /** A token of these parts; texts are taken as they are. */
  compose(header: unknown, payload: unknown, signer: Signer = by(this.key.privateKey)): string {
    const input = `${encode(header)}.${encode(payload)}`;
    return `${input}.${signer(input)}`;
  }

  private decoded(part: 0 | 1): Record<string, unknown> {
    return JSON.parse(Buffer.from(this.parts[part], 'base64url').toString());
  }
}
