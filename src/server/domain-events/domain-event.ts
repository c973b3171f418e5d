/** Whom an event is about, as the account is after it; of one that was deleted, as it was. */
export interface EventAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
}

/** What of an account can be another than before. Of a password it is only said that it is. */
export const CHANGEABLE_FIELDS = [
  'username',
  'email',
  'name',
  'description',
  'isActive',
  'isVerified',
  'groups',
  'roles',
  'password',
] as const;

/** One of {@link CHANGEABLE_FIELDS}. */
export type ChangedField = (typeof CHANGEABLE_FIELDS)[number];

/** What has happened, as whoever did it says it. */
export type Happening =
  | { readonly type: 'UserRegistered'; readonly account: EventAccount }
  | { readonly type: 'UserVerified'; readonly account: EventAccount }
  | { readonly type: 'EmailChanged'; readonly account: EventAccount; readonly formerEmail: string | null }
  | { readonly type: 'PasswordResetRequested'; readonly account: EventAccount }
  | { readonly type: 'PasswordReset'; readonly account: EventAccount }
  | { readonly type: 'PasswordChanged'; readonly account: EventAccount }
  | {
      readonly type: 'LoginSucceeded';
      readonly account: EventAccount;
      readonly clientId: string;
      readonly address: string | null;
    }
  /** Nobody is named: what was typed may be a password. */
  | { readonly type: 'LoginFailed'; readonly clientId: string; readonly address: string | null }
  | { readonly type: 'UserCreated'; readonly account: EventAccount }
  | { readonly type: 'UserUpdated'; readonly account: EventAccount; readonly changed: readonly ChangedField[] }
  | { readonly type: 'UserDeleted'; readonly account: EventAccount };

/** Something that has happened to an account, for modules that want to hear of it. Never a secret in it. */
export type DomainEvent = Happening & {
  /** When it was known to be committed, in milliseconds since 1970. */
  readonly at: number;
};

/** The names of all events. */
export type DomainEventType = DomainEvent['type'];

/** The event of a name. */
export type DomainEventOf<Type extends DomainEventType> = Extract<DomainEvent, { readonly type: Type }>;

/**
 * An extension point: told of events that have happened, in the order in which they did at this instance, without waiting
 * until it is done with the one before. What it throws is logged and changes nothing.
 */
export interface DomainEventListener {
  handle(event: DomainEvent): void | Promise<void>;
}
