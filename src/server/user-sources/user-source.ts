/** Somebody whose password was right. */
export interface AuthenticatedAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  /** As it was before the password was checked. */
  readonly epoch: number;
}

/** Where people and their passwords come from. An extension point. */
export interface UserSource {
  /** Stored with the accounts that come from it. */
  readonly name: string;

  /**
   * The account that the credentials belong to; undefined when there is none, it is disabled, or the password is wrong,
   * after the same work each time.
   *
   * @throws DomainError `overloaded`
   */
  authenticate(username: string, password: string): Promise<AuthenticatedAccount | undefined>;
}

/** Injects the sources that whoever starts the service has given it. */
export const OTHER_USER_SOURCES = 'gatehouse:other-user-sources';

/** Injects the sources, in the order in which they are asked. */
export const USER_SOURCES = 'gatehouse:user-sources';
