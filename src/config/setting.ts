/** What `NODE_ENV` says; unset means development. */
export type Mode = 'development' | 'test' | 'production';

/** Reads the text of a setting. */
export interface Parser<T> {
  /** Ends the sentence "… must be" and stands in the documentation. */
  readonly allowed: string;
  /** The value, or `undefined` if the text is not allowed. */
  readonly parse: (text: string, mode: Mode) => T | undefined;
}

/** One row of the table of settings: all that the service, `.env.example` and the documentation know about it. */
export interface Setting<T> {
  /** The name in the environment. */
  readonly name: string;
  readonly parser: Parser<T>;
  readonly description: string;
  /** The page of docs/ that says more, such as `mail.md`. */
  readonly page?: string;
  /**
   * Text, read by the same parser; `<NAME>` in it stands for the text of another setting. Left out: the setting may
   * stay unset.
   */
  readonly default?: string | { readonly production: string; readonly otherwise: string };
  /** Refuses to start in production without it. */
  readonly requiredInProduction?: true;
  /** The setting without which this one does nothing: whoever sets this one and not that has forgotten something. */
  readonly needs?: string;
  /** Never shown in an error. */
  readonly secret?: true;
}

/** The settings are wrong; `problems` has one sentence for each of them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
