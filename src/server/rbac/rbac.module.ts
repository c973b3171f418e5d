import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Account, Administrator, ConnectedApplication } from '../../policy/index.js';
import { DatabaseModule } from '../database/database.module.js';
import { ActorRights } from './actor-rights.js';
import { AccountGrants } from './account-grants.js';
import { DeclaredAccessSync } from './declared-access.sync.js';
import {
  AccountGroupEntity,
  AccountRoleEntity,
  GroupEntity,
  GroupRoleEntity,
  PermissionEntity,
  RoleEntity,
  RolePermissionEntity,
} from './rbac.entities.js';
import { RbacSnapshot } from './rbac-snapshot.js';
import { CoreRbac1763800000003 } from './rbac.migration.js';

const ENTITIES = [
  PermissionEntity,
  RoleEntity,
  GroupEntity,
  RolePermissionEntity,
  GroupRoleEntity,
  AccountGroupEntity,
  AccountRoleEntity,
];

/** Groups, roles, permissions, and what accounts hold of them. */
@Module({
  imports: [
    DatabaseModule.forFeature(ENTITIES, [CoreRbac1763800000003]),
    AccessModule.forFeature([...Object.values(Account), Administrator, ConnectedApplication]),
  ],
  providers: [AccountGrants, ActorRights, DeclaredAccessSync, RbacSnapshot],
  exports: [AccountGrants, ActorRights, DeclaredAccessSync, RbacSnapshot],
})
export class RbacModule {}
