import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The client that people use who name none; public, built in, and the only one until others are registered. */
export const FIRST_PARTY_CLIENT = 'gatehouse';

/** An application that asks for tokens (RFC 6749 §2). */
@Entity('clients')
export class ClientEntity {
  @PrimaryColumn('text', { name: 'client_id' }) clientId: string;
  @Column('text') name: string;
  @Column('boolean') confidential: boolean;
  @Column('boolean', { name: 'built_in' }) builtIn: boolean;
  /** The service account that it acts as with `client_credentials`. */
  @Column('uuid', { name: 'account_id', nullable: true }) accountId: string | null;
  @Column('text', { array: true }) grants: string[];
  /** Names and patterns that its tokens are limited to; null: no limit. */
  @Column('text', { array: true, nullable: true }) scopes: string[] | null;
  /** Its own audience (RFC 8707); null: the service itself. */
  @Column('text', { nullable: true }) audience: string | null;
  /** Audiences beside its own that it may ask for. */
  @Column('text', { array: true }) resources: string[];
  /** The areas in which it may declare permissions. */
  @Column('text', { array: true, name: 'permission_prefixes' }) permissionPrefixes: string[];
  @Column('text', { array: true, name: 'redirect_uris' }) redirectUris: string[];
  @Column('boolean', { name: 'is_active' }) isActive: boolean;
  /** Moves when everything issued to the client must die. */
  @Column('bigint') epoch: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}
