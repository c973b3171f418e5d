import { createPrivateKey } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TokenBucket, type VerificationKey, type VerificationKeys } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { PURPOSE, type Purpose } from '../settings.token.js';
import { KeyEncryption } from './key-encryption.js';
import { KeyRotation } from './key-rotation.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { publicJwk, publicKeyOf, type PublicJwk, type SigningKey } from './signing-key.js';

/** The keys of the service as this instance knows them: which one signs, and which ones are good for verifying. */
@Injectable()
export class SigningKeysService implements OnModuleInit, VerificationKeys {
  private keys: ReadonlyMap<string, VerificationKey> = new Map();
  private published: readonly PublicJwk[] = [];
  private signing?: SigningKey;
  private reading: Promise<void> = Promise.resolve();
  private nextReading?: Promise<void>;
  private readonly searches = new TokenBucket(1, 3);

  constructor(
    private readonly database: DataSource,
    private readonly encryption: KeyEncryption,
    private readonly rotation: KeyRotation,
    private readonly feed: ChangeFeed,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  /** Sees to it that there are keys, and loads them. Listens first, so that nothing falls between. */
  async onModuleInit(): Promise<void> {
    this.feed.subscribe(async (changes) => {
      if (changes.some(({ kind }) => kind === 'keys' || kind === 'all')) await this.reload();
    });
    if (this.purpose === 'service') await this.rotation.start();
    await this.reload();
  }

  /** The key that signs now. */
  get active(): SigningKey {
    if (!this.signing) {
      throw new Error(
        'This instance has no key to sign with: none is active, or it was encrypted under another APP_SECRET.',
      );
    }
    return this.signing;
  }

  /** A key that is good for verifying. */
  find(kid: string): VerificationKey | undefined {
    return this.keys.get(kid);
  }

  /** All public keys that are good for verifying (RFC 7517 §5): the active one, the next one, and retired ones. */
  get jwks(): { keys: readonly PublicJwk[] } {
    return { keys: this.published };
  }

  /**
   * Reads the keys anew, as after a rotation; everything that was committed before the call is known afterwards. Calls
   * that come while it is being read share the one reading that follows.
   */
  reload(): Promise<void> {
    this.nextReading ??= this.reading
      .catch(() => {})
      .then(() => {
        this.nextReading = undefined;
        return (this.reading = this.read());
      });
    return this.nextReading;
  }

  /**
   * For a `kid` that isn't known: another instance may have made it a moment ago. Reads the keys anew, but made-up kids
   * can't have them read more than about once a second.
   *
   * @returns whether it was looked for
   */
  async search(): Promise<boolean> {
    if (!this.nextReading && !this.searches.take()) return false;
    await this.reload();
    return true;
  }

  private async read(): Promise<void> {
    const rows = await this.database.getRepository(SigningKeyEntity).find({ order: { createdAt: 'DESC', kid: 'ASC' } });
    const usable = rows.filter(({ state }) => state !== 'revoked');
    const keys = usable.map(({ kid, algorithm, publicJwk: jwk }) => ({ kid, algorithm, publicKey: publicKeyOf(jwk) }));
    this.keys = new Map(keys.map((key) => [key.kid, key]));
    this.published = keys.map(publicJwk);
    const active = usable.find(({ state }) => state === 'active');
    // One that is held already may be encrypted under a new secret by now, which this instance doesn't know yet.
    if (active?.kid !== this.signing?.kid) this.signing = active && this.decrypted(active);
  }

  /** Undefined when it can't be: then this instance doesn't sign, and goes on verifying. A start has been refused before. */
  private decrypted({ kid, privateKeyEncrypted }: SigningKeyEntity): SigningKey | undefined {
    const der = privateKeyEncrypted && this.encryption.decrypt(privateKeyEncrypted, kid);
    if (!der) return undefined;
    return { ...this.keys.get(kid)!, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }
}
