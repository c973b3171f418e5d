import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Authenticator } from 'passport';
import { Strategy } from 'passport-local';
import { ownPassport } from '../passport.js';
import { type AuthenticatedAccount, USER_SOURCES, type UserSource } from '../user-sources/user-source.js';

/** What the strategy reads (passport-local takes the credentials from `body`). */
export interface LocalRequest {
  readonly body: { readonly username: string; readonly password: string };
}

/** Checks user name and password against the user sources, in their order, with passport-local. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  declare passport: Authenticator;

  constructor(@Inject(USER_SOURCES) private readonly sources: readonly UserSource[]) {
    super();
  }

  getPassportInstance(): Authenticator {
    return (this.passport ??= ownPassport());
  }

  /** The account, or null; passport-local takes null for a refusal. */
  async validate(username: string, password: string): Promise<AuthenticatedAccount | null> {
    for (const source of this.sources) {
      const account = await source.authenticate(username, password);
      if (account) return account;
    }
    return null;
  }
}
