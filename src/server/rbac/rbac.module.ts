import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Account, Administrator, ConnectedApplication, Permissions } from '../../policy/index.js';
import { DatabaseModule } from '../database/database.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AdministrativeChanges } from './administrative-changes.js';
import { Powers } from './powers.js';
import { ActorRights } from './actor-rights.js';
import { AccountGrants } from './account-grants.js';
import { DeclaredAccessSync } from './declared-access.sync.js';
import { DeclaredPermissionsController } from './declared-permissions.controller.js';
import { CoreDeclaredPermissions1763800000050 } from './declared-permissions.migration.js';
import { DeclaredPermissions } from './declared-permissions.service.js';
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
    AuditModule,
    DatabaseModule.forFeature(ENTITIES, [CoreRbac1763800000003, CoreDeclaredPermissions1763800000050]),
    AccessModule.forFeature([
      ...Object.values(Account),
      ...Object.values(Permissions),
      Administrator,
      ConnectedApplication,
    ]),
  ],
  controllers: [DeclaredPermissionsController],
  providers: [
    AccountGrants,
    ActorRights,
    AdministrativeChanges,
    DeclaredAccessSync,
    DeclaredPermissions,
    Powers,
    RbacSnapshot,
  ],
  exports: [AccountGrants, AdministrativeChanges, AuditModule, DeclaredAccessSync, Powers, RbacSnapshot],
})
export class RbacModule {}
