/** Whom an event is about. */
export interface EventAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
}

/** Something that has happened to an account, for modules that want to hear of it. Never a secret in it. */
export type DomainEvent =
  | { readonly type: 'UserRegistered'; readonly account: EventAccount }
  | { readonly type: 'UserVerified'; readonly account: EventAccount }
  | { readonly type: 'EmailChanged'; readonly account: EventAccount; readonly formerEmail: string | null }
  | { readonly type: 'PasswordResetRequested'; readonly account: EventAccount }
  | { readonly type: 'PasswordReset'; readonly account: EventAccount }
  | { readonly type: 'PasswordChanged'; readonly account: EventAccount }
  | { readonly type: 'LoginSucceeded'; readonly account: EventAccount; readonly clientId: string }
  /** Nobody is named: what was typed may be a password. */
  | { readonly type: 'LoginFailed'; readonly clientId: string; readonly address: string | null }
  | { readonly type: 'UserCreated'; readonly account: EventAccount }
  | { readonly type: 'UserUpdated'; readonly account: EventAccount }
  | { readonly type: 'UserDeleted'; readonly account: EventAccount };

/** The names of all events. */
export type DomainEventType = DomainEvent['type'];

/** The event of a name. */
export type DomainEventOf<Type extends DomainEventType> = Extract<DomainEvent, { readonly type: Type }>;

/** An extension point: told of events that have happened. What it throws is logged and changes nothing. */
export interface DomainEventListener {
  handle(event: DomainEvent): void | Promise<void>;
}
