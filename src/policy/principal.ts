/** Says which permissions are in force. `Grants` is the usual one; an intersection of several is another. */
export interface PermissionsInForce {
  /** Whether the one permission of this name (no pattern) may be used now. */
  allows(permission: string): boolean;
}

/** The access token by which a principal came. */
export interface PresentedToken {
  readonly jti: string;
  readonly clientId: string;
  readonly sessionId: string | null;
  /** Seconds since 1970 (the `iat` claim). */
  readonly issuedAt: number;
  /** Seconds since 1970 (the `exp` claim). */
  readonly expiresAt: number;
  readonly audience: readonly string[];
}

/** Who makes a request, and what they may do now. Immutable; made anew when anything in it changes. */
export interface Principal {
  /** The account's UUID; empty for the anonymous principal. Identity is this, never the name. */
  readonly id: string;
  readonly kind: 'user' | 'service' | 'anonymous';
  readonly username: string;
  readonly name: string;
  readonly groups: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** What is in force for this request: account ∩ client ∩ the token's scope if it was narrowed. */
  readonly permissions: PermissionsInForce;
  /** True when the token was narrowed to a scope: conditions on role, group and user are false then. */
  readonly isNarrowed: boolean;
  /** True while nothing is open but what changes the password: somebody else has set it. Nothing is in force then. */
  readonly mustChangePassword: boolean;
  readonly token: PresentedToken | null;
}

const NONE: ReadonlySet<string> = new Set();

/** Somebody who presented no credentials: public routes get this one, so that `@CurrentUser()` is never undefined. */
export const ANONYMOUS: Principal = Object.freeze({
  id: '',
  kind: 'anonymous',
  username: '',
  name: '',
  groups: NONE,
  roles: NONE,
  permissions: Object.freeze({ allows: () => false }),
  isNarrowed: false,
  mustChangePassword: false,
  token: null,
});
