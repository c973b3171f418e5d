/** A group to make at the first start, with the roles that its members hold. */
export interface FirstGroup {
  readonly name: string;
  readonly description: string;
  /** Names of roles that are declared in code. */
  readonly roles: readonly string[];
}

/** Somebody to make at the first start, with a random password. */
export interface FirstPerson {
  readonly username: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/** An account that was made, with its password in clear: to be shown once, and to be kept nowhere. */
export interface FirstAccount {
  readonly username: string;
  readonly password: string;
  /** Whether the password is from the settings, and so known to whoever set it. */
  readonly given: boolean;
  readonly groups: readonly string[];
}

/** What the first start makes beside the administrator, and who is told. */
export interface FirstStartOptions {
  readonly groups: readonly FirstGroup[];
  readonly people: readonly FirstPerson[];
  /**
   * Called when the accounts are about to be committed. Were that to fail, a later start makes others and calls it again:
   * the last ones count. Not the logger: logs are kept.
   */
  readonly announce: (accounts: readonly FirstAccount[]) => void;
}

/** Injects the {@link FirstStartOptions}. */
export const FIRST_START = 'gatehouse:first-start';
