import { createHmac, hkdfSync } from 'node:crypto';

/**
 * What stands for a name that was typed, which may be anybody's, or a password: whoever holds APP_SECRET can recognise it,
 * and nobody can read it.
 */
export class NameTags {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse audit name tags', 32));
  }

  /** @param key the name as it is compared (`nameKey`) */
  of(key: string): string {
    return createHmac('sha256', this.key).update(key).digest('hex').slice(0, 16);
  }
}
