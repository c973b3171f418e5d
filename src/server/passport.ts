import type { IncomingMessage } from 'node:http';
import { Passport, type Authenticator } from 'passport';

/** A strategy with a passport of its own: the global one would be shared by two services in one process, and with a host's. */
export interface OwnPassport {
  readonly passport: Authenticator;
}

/** Makes such a passport, for a strategy's `getPassportInstance()`. */
export function ownPassport(): Authenticator {
  return new Passport() as unknown as Authenticator;
}

/** What a strategy answered: somebody, or nobody and perhaps why. */
export interface Authentication<User> {
  readonly user: User | undefined;
  readonly info: unknown;
}

/**
 * Lets passport dispatch to a strategy, without middleware and sessions. `request` is what the strategy reads, not the
 * framework's.
 *
 * @throws whatever the strategy's `validate` threw
 */
export function authenticate<User>(
  { passport }: OwnPassport,
  strategy: string,
  request: object,
): Promise<Authentication<User>> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, user?: User | false | null, info?: unknown): void => {
      if (error) reject(error as Error);
      else resolve({ user: user || undefined, info });
    };
    const dispatch = passport.authenticate(strategy, { session: false }, done) as (
      request: IncomingMessage,
      response: object,
      next: (error?: unknown) => void,
    ) => void;
    dispatch(request as IncomingMessage, {}, done);
  });
}
