import { type PermissionsInForce } from '../policy/index.js';
/** The three limits on what a token may do, each as it is now. */
export interface Limits {
    /** Names and patterns that the account holds through its roles and groups. */
    readonly account: readonly string[];
    /** What the client may be used for; null when it isn't limited. */
    readonly client: readonly string[] | null;
    /** The scope that the token was narrowed to; null when it wasn't. */
    readonly scope: readonly string[] | null;
}
/** What is in force: account ∩ client ∩ scope, always all three, whatever path a request takes. */
export declare function inForce({ account, client, scope }: Limits): PermissionsInForce;
