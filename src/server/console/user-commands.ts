import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.js';
import { Explanations } from '../explanations/explanations.service.js';
import { accountTag } from '../users/account-view.js';
import { idOfAccount } from '../users/account-named.js';
import { AccountsService } from '../users/accounts.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { CreateUserDto, UpdateUserDto, UsersQueryDto } from '../users/user.dto.js';
import { UsersService } from '../users/users.service.js';
import { adjusted, checked, text } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';

/** What the console does with people's accounts. */
@Injectable()
export class UserCommands {
  readonly handlers: ConsoleHandlers = {
    'users.list': async (args) => this.users.list(await checked(UsersQueryDto, args)),
    'users.show': (args) => this.show(args),
    'users.add': async (args, { actor }) => this.users.create(await checked(CreateUserDto, args), actor),
    'users.change': (args, call) => this.change(args, call),
    'users.set-password': async ({ user, password }, call) => this.update({ user }, { password }, call),
    'users.reset-password': (args, call) => this.resetPassword(args, call),
    'users.disable': ({ user }, call) => this.update({ user }, { isActive: false }, call),
    'users.enable': ({ user }, call) => this.update({ user }, { isActive: true }, call),
    'users.unblock': (args, call) => this.unblock(args, call),
    'users.verify-password': (args, call) => this.verifyPassword(args, call),
    'users.delete': (args, call) => this.delete(args, call),
  };

  constructor(
    private readonly database: DataSource,
    private readonly users: UsersService,
    private readonly accounts: AccountsService,
    private readonly hasher: PasswordHasher,
    private readonly explanations: Explanations,
    private readonly audit: Audit,
  ) {}

  private idOf(args: ConsoleArguments): Promise<string> {
    return idOfAccount(text(args, 'user'), 'user', this.database);
  }

  /** The account, and by which ways it holds what it holds. */
  private async show(args: ConsoleArguments): Promise<object> {
    const id = await this.idOf(args);
    return Object.assign(await this.users.get(id), { why: await this.explanations.permissionsOf(id, 'user') });
  }

  private async update(args: ConsoleArguments, changes: object, { actor }: ConsoleCall): Promise<object> {
    const wanted = await checked(UpdateUserDto, changes);
    return this.users.update(await this.idOf(args), wanted, actor);
  }

  private async change(
    { user, addGroups, removeGroups, addRoles, removeRoles, ...fields }: ConsoleArguments,
    { actor }: ConsoleCall,
  ): Promise<object> {
    const before = await this.users.get(await this.idOf({ user }));
    const groups = adjusted('group', before.groups, addGroups, removeGroups);
    const roles = adjusted('role', before.roles, addRoles, removeRoles);
    const wanted = await checked(UpdateUserDto, { ...fields, ...(groups && { groups }), ...(roles && { roles }) });
    // Somebody else may change the groups in between.
    return this.users.update(before.id, wanted, actor, accountTag(before));
  }

  /** Whether a login with this password would be let in. It is no login, but the audit hears of it: it is a guess. */
  private async verifyPassword(args: ConsoleArguments, { actor }: ConsoleCall): Promise<object> {
    const { id, username, isActive } = await this.users.get(await this.idOf(args));
    const account = await this.accounts.findForLogin(username);
    const fits = await this.hasher.verify(text(args, 'password'), account?.passwordHash);
    await this.database.transaction((manager) =>
      this.audit.record(
        { kind: 'user.password-verified', target: { type: 'user', id, name: username }, after: { fits } },
        actor,
        manager,
      ),
    );
    return { username, fits, isActive };
  }

  private async resetPassword(args: ConsoleArguments, { actor }: ConsoleCall): Promise<object> {
    const { id, username, email } = await this.users.get(await this.idOf(args));
    await this.users.resetPassword(id, actor);
    return { id, username, email };
  }

  private async unblock(args: ConsoleArguments, { actor }: ConsoleCall): Promise<object> {
    const { id, username } = await this.users.get(await this.idOf(args));
    await this.users.unblock(id, actor);
    return { id, username };
  }

  private async delete(args: ConsoleArguments, { actor }: ConsoleCall): Promise<object> {
    const { id, username } = await this.users.get(await this.idOf(args));
    await this.users.delete(id, actor);
    return { id, username };
  }
}
