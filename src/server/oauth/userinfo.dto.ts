/** The claims of the caller. */
export class UserinfoDto {
  /** The account’s id. */
  sub: string;
  /** @example frank */
  username: string;
  /** The same, by the name that OpenID Connect has for it. */
  preferred_username: string;
  name: string;
  groups: string[];
  roles: string[];
  /** The permissions that are in force for this token. */
  permissions: string[];
}
