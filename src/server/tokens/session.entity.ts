import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One login, and what all its tokens hang on. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @Column('text', { name: 'client_id' }) clientId: string;
  @Column('bigint', { name: 'account_epoch' }) accountEpoch: number;
  @Column('bigint', { name: 'client_epoch' }) clientEpoch: number;
  /** Of its refresh tokens: the present one. */
  @Column('integer') generation: number;
  @Column('text') address: string;
  @Column('text') agent: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'last_used_at' }) lastUsedAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
