import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from '../domain-error.js';
import { listTokens } from '../tokens/list-tokens.js';
import { JtiDto, TokensQueryDto } from '../tokens/token-list.dto.js';
import { TokenRevocation } from '../tokens/token-revocation.js';
import { idOfAccount } from '../users/account-named.js';
import { checked, text } from './checked.js';
import type { ConsoleArguments, ConsoleHandlers } from './console-command.js';

/** What the console does with the registry of tokens. */
@Injectable()
export class TokenCommands {
  readonly handlers: ConsoleHandlers = {
    'tokens.list': async (args) => listTokens(await this.query(args), this.database),
    'tokens.revoke': async (args, { actor }) => {
      const { jti } = await checked(JtiDto, { jti: text(args, 'jti') });
      if (await this.revocation.revoke(jti, actor)) return { jti };
      throw new DomainError('not-found', 'There is no token with this jti.');
    },
  };

  constructor(
    private readonly database: DataSource,
    private readonly revocation: TokenRevocation,
  ) {}

  private async query({ user, service, ...rest }: ConsoleArguments): Promise<TokensQueryDto> {
    const account =
      user !== undefined
        ? await idOfAccount(text({ user }, 'user'), 'user', this.database)
        : service !== undefined
          ? await idOfAccount(text({ service }, 'service'), 'service', this.database)
          : undefined;
    return checked(TokensQueryDto, { ...rest, ...(account !== undefined && { account }) });
  }
}
