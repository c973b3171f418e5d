/** What a row of the change log says: everything known of its subject may be wrong from now on. */
export interface Change {
    /** `rbac` says that a role, a group or a permission changed; `all` that nothing held can be trusted. */
    readonly kind: 'token' | 'session' | 'account' | 'client' | 'rbac' | 'keys' | 'all';
    /** The id; empty for `all`, and for `keys` when none of them died. */
    readonly subject: string;
}
