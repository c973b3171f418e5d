import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A permission that can be given: declared in code, here or in a connected application, or made by an administrator. */
@Entity('permissions')
export class PermissionEntity {
  @PrimaryColumn('text') name: string;
  @Column('text') description: string;
  /** Declared in code, of this service or of a connected application: neither edited nor deleted over HTTP. */
  @Column('boolean') managed: boolean;
  /** The client of the application that declares it, or did; null where none has. */
  @Column('text', { name: 'declared_by', nullable: true }) declaredBy: string | null;
  /** Since when that application doesn't declare it any more. */
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true }) withdrawnAt: Date | null;
}

/** A named set of permissions. */
@Entity('roles')
export class RoleEntity {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text', { name: 'name_key' }) nameKey: string;
  @Column('text') description: string;
  /** Declared in code: neither changed nor deleted over HTTP. */
  @Column('boolean') managed: boolean;
  /** Since when the code no longer declares it. */
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true }) withdrawnAt: Date | null;
}

/** A set of accounts, and the roles that its members hold. */
@Entity('groups')
export class GroupEntity {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text', { name: 'name_key' }) nameKey: string;
  @Column('text') description: string;
}

/** A permission's name or a pattern that a role holds. */
@Entity('role_permissions')
export class RolePermissionEntity {
  @PrimaryColumn('uuid', { name: 'role_id' }) roleId: string;
  @PrimaryColumn('text') pattern: string;
}

/** A role that the members of a group hold. */
@Entity('group_roles')
export class GroupRoleEntity {
  @PrimaryColumn('uuid', { name: 'group_id' }) groupId: string;
  @PrimaryColumn('uuid', { name: 'role_id' }) roleId: string;
}

/** A member of a group. */
@Entity('account_groups')
export class AccountGroupEntity {
  @PrimaryColumn('uuid', { name: 'account_id' }) accountId: string;
  @PrimaryColumn('uuid', { name: 'group_id' }) groupId: string;
}

/** A role that an account holds without a group. */
@Entity('account_roles')
export class AccountRoleEntity {
  @PrimaryColumn('uuid', { name: 'account_id' }) accountId: string;
  @PrimaryColumn('uuid', { name: 'role_id' }) roleId: string;
}
