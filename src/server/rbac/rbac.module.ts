import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Account, Administrator, ConnectedApplication, Groups, Permissions, Roles } from '../../policy/index.js';
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
import { GroupsController } from './groups.controller.js';
import { GroupsService } from './groups.service.js';
import { PermissionsController } from './permissions.controller.js';
import { PermissionsService } from './permissions.service.js';
import { RolesController } from './roles.controller.js';
import { RolesService } from './roles.service.js';
import { CoreWithdrawnRoles1763800000051 } from './withdrawn-roles.migration.js';
import { RbacSnapshot } from './rbac-snapshot.js';
import { CoreRbac1763800000003 } from './rbac.migration.js';

/** Groups, roles, permissions, and what accounts hold of them. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(
      [],
      [CoreRbac1763800000003, CoreDeclaredPermissions1763800000050, CoreWithdrawnRoles1763800000051],
    ),
    AccessModule.forFeature([
      ...Object.values(Account),
      ...Object.values(Groups),
      ...Object.values(Permissions),
      ...Object.values(Roles),
      Administrator,
      ConnectedApplication,
    ]),
  ],
  controllers: [DeclaredPermissionsController, GroupsController, PermissionsController, RolesController],
  providers: [
    AccountGrants,
    ActorRights,
    AdministrativeChanges,
    DeclaredAccessSync,
    DeclaredPermissions,
    GroupsService,
    PermissionsService,
    Powers,
    RbacSnapshot,
    RolesService,
  ],
  exports: [
    AccountGrants,
    AdministrativeChanges,
    AuditModule,
    DeclaredAccessSync,
    GroupsService,
    PermissionsService,
    Powers,
    RbacSnapshot,
    RolesService,
  ],
})
export class RbacModule {}
