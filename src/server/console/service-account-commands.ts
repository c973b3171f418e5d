import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OverlapQueryDto } from '../clients/client.dto.js';
import { overlapSeconds } from '../clients/overlap.js';
import { Explanations } from '../explanations/explanations.service.js';
import {
  CreateServiceAccountDto,
  CreateServiceTokenDto,
  ServiceAccountsQueryDto,
  UpdateServiceAccountDto,
} from '../service-accounts/service-account.dto.js';
import { ServiceAccountsService } from '../service-accounts/service-accounts.service.js';
import { ServiceCredentials } from '../service-accounts/service-credentials.js';
import { accountTag } from '../users/account-view.js';
import { idOfAccount } from '../users/account-named.js';
import { adjusted, checked, text } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';

/** What the console does with service accounts. */
@Injectable()
export class ServiceAccountCommands {
  readonly handlers: ConsoleHandlers = {
    'service-accounts.list': async (args) => this.accounts.list(await checked(ServiceAccountsQueryDto, args)),
    'service-accounts.show': (args) => this.show(args),
    'service-accounts.add': async (args, { actor }) =>
      this.accounts.create(await checked(CreateServiceAccountDto, args), actor),
    'service-accounts.change': (args, call) => this.change(args, call),
    'service-accounts.delete': (args, call) => this.delete(args, call),
    'service-accounts.secret': async ({ account, ...rest }, { actor }) => {
      const { overlap } = await checked(OverlapQueryDto, rest);
      return this.credentials.makeSecret(await this.idOf({ account }), overlapSeconds(overlap), actor);
    },
    'service-accounts.token': async ({ account, ...rest }, { actor }) => {
      const wanted = await checked(CreateServiceTokenDto, rest);
      return this.credentials.makeToken(await this.idOf({ account }), wanted, actor);
    },
  };

  constructor(
    private readonly database: DataSource,
    private readonly accounts: ServiceAccountsService,
    private readonly credentials: ServiceCredentials,
    private readonly explanations: Explanations,
  ) {}

  private idOf(args: ConsoleArguments): Promise<string> {
    return idOfAccount(text(args, 'account'), 'service', this.database);
  }

  private async show(args: ConsoleArguments): Promise<object> {
    const id = await this.idOf(args);
    return Object.assign(await this.accounts.get(id), { why: await this.explanations.permissionsOf(id, 'service') });
  }

  private async change(
    { account, addGroups, removeGroups, addRoles, removeRoles, ...fields }: ConsoleArguments,
    { actor }: ConsoleCall,
  ): Promise<object> {
    const before = await this.accounts.get(await this.idOf({ account }));
    const groups = adjusted('group', before.groups, addGroups, removeGroups);
    const roles = adjusted('role', before.roles, addRoles, removeRoles);
    const changes = { ...fields, ...(groups && { groups }), ...(roles && { roles }) };
    const wanted = await checked(UpdateServiceAccountDto, changes);
    return this.accounts.update(before.id, wanted, actor, accountTag(before));
  }

  private async delete(args: ConsoleArguments, { actor }: ConsoleCall): Promise<object> {
    const { id, username } = await this.accounts.get(await this.idOf(args));
    await this.accounts.delete(id, actor);
    return { id, username };
  }
}
