/** Somebody, as a source of people knows them. */
export interface SourceUser {
  /**
   * Names the person at the source for good: never another one's, and the same when everything else about them changes.
   * Of 1 to 255 characters. The account here hangs on it, and on the source's name.
   */
  readonly id: string;
  /**
   * What they would be called here; taken over if it is free and can be a user name (2 to 100 letters, digits, spaces,
   * ".", "_" or "-"). Where it is another account's, theirs is called `<username>.<source>`.
   */
  readonly username: string;
  /** Known to be theirs. Left out here where another account has it, or where it is no mail address. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** False: they are known there, but may not log in. */
  readonly isActive: boolean;
  /** The groups that they are in there, by the names that {@link UserSource.groupRules} know. */
  readonly groups: readonly string[];
}

/** Puts whoever is in a group of the source into a group of the service. */
export interface GroupRule {
  /** The source's group. Capitals and small letters are the same. */
  readonly from: string;
  /** The group here. As long as there is none of this name, the rule does nothing. */
  readonly to: string;
}

/**
 * Where people and their passwords come from, beside the service's own accounts. An extension point: instances are given
 * to `GatehouseModule.forRoot({ userSources })` or `ServerModule.forRoot({ userSources })`, and are asked in their order,
 * after the service's own accounts.
 *
 * A source knows nothing of the service's tables. It says whether a password is right, and who that is; the service makes
 * the account at the first login, and keeps name, mail address, groups and whether it is active as the source says, at
 * each login and, where there is `lookUp`, every `USER_SOURCE_CHECK_INTERVAL`.
 *
 * What a source needs:
 * - A call that throws, or that takes longer than the time limit, means that the source is down: nobody gets in by it,
 *   nobody is locked out for it, and the next source is asked. So throw what you can't answer for, such as an answer of
 *   HTTP 500, and never answer "not found" instead.
 * - `signal` is aborted at the time limit; hand it on to `fetch` and its like, so that nothing goes on behind a login that
 *   has been given up.
 * - The same work for a name that isn't there and for a password that is wrong: times tell, too.
 * - Calls come at the same time as others.
 */
export interface UserSource {
  /**
   * Stored with the accounts that come from it, so never to be changed: lower-case letters, digits and "-", beginning with
   * a letter, 32 at most. `local` is the service's own.
   */
  readonly name: string;

  /**
   * Only the groups here that these name are managed: their members from this source are those that the rules say. All
   * other groups of an account stay as an administrator has set them. Left out: none is managed.
   */
  readonly groupRules?: readonly GroupRule[] | undefined;

  /** How long a call may take, in milliseconds; 5,000 unless told. */
  readonly timeLimit?: number | undefined;

  /**
   * Whom the user name and the password belong to; undefined when there is nobody of this name, or the password is wrong.
   * The name is as it was typed, of any spelling; the password is verbatim, and never empty.
   *
   * @throws anything, when it can't be said
   */
  authenticate(username: string, password: string, signal: AbortSignal): Promise<SourceUser | undefined>;

  /**
   * Those of these ids that there are; one that is missing is gone. At most 200 ids at a time. A source that has it is
   * asked for all its people at intervals, so that whoever is gone or disabled there loses their tokens here.
   *
   * @throws anything, when it can't be said of all of them
   */
  lookUp?(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, SourceUser>>;

  /** Called once, when the service stops. */
  close?(): void | Promise<void>;
}
