import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TokenAlgorithm } from '../../validity/index.js';

/** A signing key at rest. */
@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text') kid: string;
  @Column('text') algorithm: TokenAlgorithm;
  @Column('text') state: 'next' | 'active' | 'retired' | 'revoked';
  @Column('jsonb', { name: 'public_jwk' }) publicJwk: Record<string, string>;
  @Column('bytea', { name: 'private_key_encrypted' }) privateKeyEncrypted: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'activated_at', nullable: true }) activatedAt: Date | null;
  @Column('timestamptz', { name: 'retired_at', nullable: true }) retiredAt: Date | null;
}
