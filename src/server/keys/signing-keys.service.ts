import { createPrivateKey } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { VerificationKey, VerificationKeys } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { SETTINGS } from '../settings.token.js';
import { StartError } from '../start-error.js';
import { KeyEncryption } from './key-encryption.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { generateSigningKey, publicJwk, publicKeyOf, type PublicJwk, type SigningKey } from './signing-key.js';

/** The keys of the service: which one signs, and which ones are good for verifying. */
@Injectable()
export class SigningKeysService implements OnModuleInit, VerificationKeys {
  private keys = new Map<string, VerificationKey>();
  private signing?: SigningKey;

  constructor(
    private readonly database: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly encryption: KeyEncryption,
    private readonly feed: ChangeFeed,
  ) {}

  /** Loads the keys, and makes the first one where there is none. */
  async onModuleInit(): Promise<void> {
    this.feed.subscribe(async (changes) => {
      if (changes.some(({ kind }) => kind === 'keys' || kind === 'all')) await this.reload();
    });
    await this.reload();
    if (!this.signing) {
      await this.makeFirst();
      await this.reload();
    }
  }

  /** The key that signs now. */
  get active(): SigningKey {
    if (!this.signing) throw new Error('The signing keys have not been loaded.');
    return this.signing;
  }

  /** A key that is good for verifying. */
  find(kid: string): VerificationKey | undefined {
    return this.keys.get(kid);
  }

  /** All public keys that are good for verifying (RFC 7517 §5). */
  get jwks(): { keys: PublicJwk[] } {
    return { keys: [...this.keys.values()].map(publicJwk) };
  }

  /** Reads the keys anew, as after a rotation. */
  async reload(): Promise<void> {
    const rows = await this.database.getRepository(SigningKeyEntity).find({ order: { createdAt: 'DESC' } });
    const usable = rows.filter(({ state }) => state !== 'revoked');
    this.keys = new Map(
      usable.map(({ kid, algorithm, publicJwk: jwk }) => [kid, { kid, algorithm, publicKey: publicKeyOf(jwk) }]),
    );
    const active = usable.find(({ state }) => state === 'active');
    this.signing = active && this.decrypted(active);
  }

  private decrypted({ kid, privateKeyEncrypted }: SigningKeyEntity): SigningKey {
    const der = this.encryption.decrypt(privateKeyEncrypted, kid);
    if (!der) {
      throw new StartError(
        'APP_SECRET is not the one with which the signing keys in the database were encrypted. Set the former one again.',
      );
    }
    return { ...this.keys.get(kid)!, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }

  /** Of two instances that start at once on an empty database, one makes the key and the other finds it. */
  private async makeFirst(): Promise<void> {
    const key = await generateSigningKey(this.settings.tokenAlgorithm);
    await this.database.transaction(async (manager: EntityManager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.signing_keys', 0))`);
      const der = key.privateKey.export({ format: 'der', type: 'pkcs8' });
      await manager.query(
        `INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, private_key_encrypted, activated_at)
         SELECT $1, $2, 'active', $3, $4, now()
          WHERE NOT EXISTS (SELECT FROM gatehouse.signing_keys WHERE state = 'active')`,
        [key.kid, key.algorithm, publicJwk(key), this.encryption.encrypt(der, key.kid)],
      );
    });
  }
}
