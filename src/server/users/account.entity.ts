import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Somebody, or some service, that can be given permissions. */
@Entity('accounts')
export class AccountEntity {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('text') kind: 'user' | 'service';
  /** The user source that knows this account: `local`, or the name of another. */
  @Column('text') source: string;
  /** What that source calls it for good; null for local ones. */
  @Column('text', { name: 'source_id', nullable: true }) sourceId: string | null;
  @Column('text') username: string;
  @Column('text', { name: 'username_key' }) usernameKey: string;
  @Column('text', { nullable: true }) email: string | null;
  @Column('text', { name: 'email_key', nullable: true }) emailKey: string | null;
  @Column('text') name: string;
  @Column('text') description: string;
  @Column('text', { name: 'password_hash', nullable: true, select: false }) passwordHash?: string | null;
  @Column('boolean', { name: 'must_change_password' }) mustChangePassword: boolean;
  @Column('boolean', { name: 'is_active' }) isActive: boolean;
  /** It isn't active because its source says so. */
  @Column('boolean', { name: 'off_at_source' }) offAtSource: boolean;
  @Column('boolean', { name: 'is_verified' }) isVerified: boolean;
  /** Moves when everything issued to the account must die. */
  @Column('bigint') epoch: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'last_login_at', nullable: true }) lastLoginAt: Date | null;
}
