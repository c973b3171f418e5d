import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { etagOf } from '../http/etag.js';
import { PageQueryDto } from '../http/page.dto.js';
import { CreateGroupDto, GroupsQueryDto, UpdateGroupDto } from '../rbac/group.dto.js';
import { GroupsService } from '../rbac/groups.service.js';
import { CreatePermissionDto, PermissionsQueryDto, UpdatePermissionDto } from '../rbac/permission.dto.js';
import { PermissionsService } from '../rbac/permissions.service.js';
import { CreateRoleDto, RolesQueryDto, UpdateRoleDto } from '../rbac/role.dto.js';
import { RolesService } from '../rbac/roles.service.js';
import { readAccounts } from '../users/account-list.js';
import { adjusted, checked, text } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';

/** What the console does with groups, roles and permissions. */
@Injectable()
export class GrantCommands {
  readonly handlers: ConsoleHandlers = {
    'groups.list': async (args) => this.groups.list(await checked(GroupsQueryDto, args)),
    'groups.show': (args) => this.groups.get(text(args, 'name')),
    'groups.members': (args) => this.members(args),
    'groups.add': async (args, { actor }) => this.groups.create(await checked(CreateGroupDto, args), actor),
    'groups.change': (args, call) => this.changeGroup(args, call),
    'groups.delete': async (args, { actor }) => {
      const { name } = await this.groups.get(text(args, 'name'));
      await this.groups.delete(name, actor);
      return { name };
    },

    'roles.list': async (args) => this.roles.list(await checked(RolesQueryDto, args)),
    'roles.show': (args) => this.roles.get(text(args, 'name')),
    'roles.add': async (args, { actor }) => this.roles.create(await checked(CreateRoleDto, args), actor),
    'roles.change': (args, call) => this.changeRole(args, call),
    'roles.delete': async (args, { actor }) => {
      const { name } = await this.roles.get(text(args, 'name'));
      await this.roles.delete(name, actor);
      return { name };
    },

    'permissions.list': async (args) => this.permissions.list(await checked(PermissionsQueryDto, args)),
    'permissions.show': (args) => this.permissions.get(text(args, 'name')),
    'permissions.add': async (args, { actor }) =>
      this.permissions.create(await checked(CreatePermissionDto, args), actor),
    'permissions.describe': async (args, { actor }) =>
      this.permissions.update(
        text(args, 'name'),
        await checked(UpdatePermissionDto, { description: args['description'] }),
        actor,
      ),
    'permissions.delete': async (args, { actor }) => {
      const name = text(args, 'name');
      await this.permissions.delete(name, actor);
      return { name };
    },
  };

  constructor(
    private readonly database: DataSource,
    private readonly groups: GroupsService,
    private readonly roles: RolesService,
    private readonly permissions: PermissionsService,
  ) {}

  /** People first, then services; each kind is a list of its own. */
  private async members({ name, kind, ...rest }: ConsoleArguments): Promise<object> {
    const { name: group } = await this.groups.get(text({ name }, 'name'));
    const { limit, cursor } = await checked(PageQueryDto, rest);
    const filter = { kind: kind === 'service' ? 'service' : 'user', group } as const;
    return readAccounts(this.database, filter, { limit, cursor, sort: 'username' });
  }

  private async changeGroup(
    { name, addRoles, removeRoles, ...fields }: ConsoleArguments,
    { actor }: ConsoleCall,
  ): Promise<object> {
    const before = await this.groups.get(text({ name }, 'name'));
    const roles = adjusted('role', before.roles, addRoles, removeRoles);
    const wanted = await checked(UpdateGroupDto, { ...fields, ...(roles && { roles }) });
    return this.groups.update(before.name, wanted, actor, etagOf(before));
  }

  private async changeRole(
    { name, grant, withdraw, ...fields }: ConsoleArguments,
    { actor }: ConsoleCall,
  ): Promise<object> {
    const before = await this.roles.get(text({ name }, 'name'));
    const permissions = adjusted('permission', before.permissions, grant, withdraw);
    const wanted = await checked(UpdateRoleDto, { ...fields, ...(permissions && { permissions }) });
    return this.roles.update(before.name, wanted, actor, etagOf(before));
  }
}
