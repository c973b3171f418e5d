import { Account, Grants, Intersection, type PermissionsInForce } from '../policy/index.js';

/** The three limits on what a token may do, each as it is now. */
export interface Limits {
  /** Names and patterns that the account holds through its roles and groups. */
  readonly account: readonly string[];
  /** What the client may be used for; null when it isn't limited. */
  readonly client: readonly string[] | null;
  /** The scope that the token was narrowed to; null when it wasn't. */
  readonly scope: readonly string[] | null;
}

/** Held by everybody who has an account; a narrowed token must name it. */
const BY_EVERYBODY = [Account.self.name];

/** What is in force: account ∩ client ∩ scope, always all three, whatever path a request takes. */
export function inForce({ account, client, scope }: Limits): PermissionsInForce {
  const limits = [new Grants([...account, ...BY_EVERYBODY])];
  if (client) limits.push(new Grants(client));
  if (scope) limits.push(new Grants(scope));
  return limits.length === 1 ? limits[0]! : new Intersection(limits);
}
