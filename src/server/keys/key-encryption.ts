import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts private keys at rest: AES-256-GCM under a key derived from APP_SECRET (HKDF, RFC 5869). */
export class KeyEncryption {
  private readonly key: Buffer;
  private readonly formerKey: Buffer | undefined;

  /**
   * @param secret APP_SECRET, at least 32 bytes
   * @param former APP_SECRET_PREVIOUS: what was encrypted under it can be read, and nothing is encrypted under it
   */
  constructor(secret: string, former?: string) {
    this.key = derived(secret);
    this.formerKey = former === undefined ? undefined : derived(former);
  }

  /** @param kid bound to the ciphertext, so that two rows can't be swapped */
  encrypt(plain: Buffer, kid: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(kid));
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  /** The plain bytes; undefined when the secret is another one, or the row isn't what was written. */
  decrypt(encrypted: Buffer, kid: string): Buffer | undefined {
    return decrypted(encrypted, kid, this.key) ?? (this.formerKey && decrypted(encrypted, kid, this.formerKey));
  }

  /** Whether it was encrypted under the present secret, and not under the former one. */
  isPresent(encrypted: Buffer, kid: string): boolean {
    return decrypted(encrypted, kid, this.key) !== undefined;
  }
}

function derived(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse signing keys', 32));
}

function decrypted(encrypted: Buffer, kid: string, key: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, encrypted.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(kid))
      .setAuthTag(encrypted.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(encrypted.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
