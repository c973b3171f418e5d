/** Changing one's own account. Everybody holds it; a narrowed token must name it. */
export declare const Account: {
    readonly self: import("./permission.js").Permission<"account:self">;
};
/** The signing keys. */
export declare const Keys: {
    readonly read: import("./permission.js").Permission<"keys:read">;
    readonly rotate: import("./permission.js").Permission<"keys:rotate">;
};
/** Watching the service. */
export declare const Metrics: {
    readonly read: import("./permission.js").Permission<"metrics:read">;
};
/** The news of what died, for applications that verify tokens by themselves. */
export declare const Events: {
    readonly subscribe: import("./permission.js").Permission<"events:subscribe">;
};
/** The list of permissions. */
export declare const Permissions: {
    readonly declare: import("./permission.js").Permission<"permissions:declare">;
};
/** OAuth clients. */
export declare const Clients: {
    readonly read: import("./permission.js").Permission<"clients:read">;
    readonly write: import("./permission.js").Permission<"clients:write">;
};
/** Accounts of services, which nobody logs in with. */
export declare const ServiceAccounts: {
    readonly read: import("./permission.js").Permission<"service-accounts:read">;
    readonly write: import("./permission.js").Permission<"service-accounts:write">;
};
/** The registry of tokens. */
export declare const Tokens: {
    readonly read: import("./permission.js").Permission<"tokens:read">;
    readonly revoke: import("./permission.js").Permission<"tokens:revoke">;
    readonly introspect: import("./permission.js").Permission<"tokens:introspect">;
};
/** People's accounts. */
export declare const Users: {
    readonly read: import("./permission.js").Permission<"users:read">;
    readonly write: import("./permission.js").Permission<"users:write">;
};
/** Everything: made at the first start, for the first account. */
export declare const Administrator: import("./role.js").Role<"administrator">;
/** For the service accounts of applications that are guarded against this service. */
export declare const ConnectedApplication: import("./role.js").Role<"connected-application">;
