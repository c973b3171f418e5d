import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TokenAlgorithm } from '../../validity/index.js';
import type { KeyState } from './key-ring.js';

/** A signing key at rest. */
@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text') kid: string;
  @Column('text') algorithm: TokenAlgorithm;
  @Column('text') state: KeyState;
  @Column('jsonb', { name: 'public_jwk' }) publicJwk: Record<string, string>;
  /** Null when it signs no more: then it is erased. */
  @Column('bytea', { name: 'private_key_encrypted', nullable: true }) privateKeyEncrypted: Buffer | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'activated_at', nullable: true }) activatedAt: Date | null;
  @Column('timestamptz', { name: 'retired_at', nullable: true }) retiredAt: Date | null;
}
