import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of the registry: a token that was issued. One that isn't here is dead, although its signature holds. */
@Entity('tokens')
export class TokenEntity {
  @PrimaryColumn('uuid') jti: string;
  @Column('text') kind: 'access' | 'refresh' | 'service';
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @Column('text', { name: 'client_id' }) clientId: string;
  @Column('uuid', { name: 'session_id', nullable: true }) sessionId: string | null;
  /** Of a token without a session; one with a session has the session's. */
  @Column('bigint', { name: 'account_epoch', nullable: true }) accountEpoch: number | null;
  @Column('bigint', { name: 'client_epoch', nullable: true }) clientEpoch: number | null;
  @Column('text', { nullable: true }) kid: string | null;
  @Column('text', { array: true }) audience: string[];
  /** What it was narrowed to; null when it wasn't. */
  @Column('text', { array: true, nullable: true }) scope: string[] | null;
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') address: string;
  @Column('text') agent: string;
  /** SHA-256 of a refresh token. */
  @Column('bytea', { name: 'refresh_hash', nullable: true, select: false }) refreshHash?: Buffer | null;
  /** The generation of its session that a refresh token belongs to. */
  @Column('integer', { nullable: true }) generation: number | null;
  /** When the first refresh token of its generation was used. */
  @Column('timestamptz', { name: 'superseded_at', nullable: true }) supersededAt: Date | null;
  @Column('timestamptz', { name: 'issued_at' }) issuedAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}
