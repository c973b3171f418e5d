import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Authenticator } from 'passport';
import { Strategy } from 'passport-local';
import type { Origin } from '../audit/actor.js';
import { ownPassport } from '../passport.js';
import type { AuthenticatedAccount } from '../user-sources/authenticated-account.js';
import { UserSources } from '../user-sources/user-sources.js';

/** What the strategy reads (passport-local takes the credentials from `body`). */
export interface LocalRequest {
  readonly body: { readonly username: string; readonly password: string };
  readonly origin: Origin;
}

/** Checks user name and password against the user sources, with passport-local. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  declare passport: Authenticator;

  constructor(private readonly sources: UserSources) {
    super({ passReqToCallback: true });
  }

  getPassportInstance(): Authenticator {
    return (this.passport ??= ownPassport());
  }

  /** The account, or null; passport-local takes null for a refusal. */
  async validate({ origin }: LocalRequest, username: string, password: string): Promise<AuthenticatedAccount | null> {
    return (await this.sources.authenticate(username, password, origin)) ?? null;
  }
}
