import { Injectable } from '@nestjs/common';
import { AuditCommands } from './audit-commands.js';
import { ClientCommands } from './client-commands.js';
import { ConfigCommands } from './config-commands.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandler } from './console-command.js';
import { ConsoleError } from './console-error.js';
import { DatabaseCommands } from './database-commands.js';
import { GrantCommands } from './grant-commands.js';
import { KeyCommands } from './key-commands.js';
import { MailCommands } from './mail-commands.js';
import { ServiceAccountCommands } from './service-account-commands.js';
import { TokenCommands } from './token-commands.js';
import { UserCommands } from './user-commands.js';
import { UserSourceCommands } from './user-source-commands.js';

/** All that can be done at the console, by name: the same in a process of its own and in the running service. */
@Injectable()
export class ConsoleCommands {
  private readonly handlers: ReadonlyMap<string, ConsoleHandler>;

  constructor(
    users: UserCommands,
    grants: GrantCommands,
    services: ServiceAccountCommands,
    clients: ClientCommands,
    tokens: TokenCommands,
    keys: KeyCommands,
    audit: AuditCommands,
    mail: MailCommands,
    config: ConfigCommands,
    database: DatabaseCommands,
    sources: UserSourceCommands,
  ) {
    const groups = [users, grants, services, clients, tokens, keys, audit, mail, config, database, sources];
    this.handlers = new Map(groups.flatMap(({ handlers }) => Object.entries(handlers)));
  }

  /**
   * Does it. What it answers is plain JSON, wherever it was done.
   *
   * @throws ConsoleError; DomainError, ProblemException and others, which `toConsoleError` turns into one
   */
  async run(name: string, args: ConsoleArguments, call: ConsoleCall): Promise<unknown> {
    const handler = this.handlers.get(name);
    if (!handler) {
      throw new ConsoleError('failed', `The service knows no command ${name}: it is of another release than this one.`);
    }
    return plain(await handler(plain(args) as ConsoleArguments, call));
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
