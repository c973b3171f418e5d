/** The application's declarations of who may do what don't fit together; it must not start. */
export declare class AccessStartError extends Error {
    readonly problems: readonly string[];
    readonly name = "AccessStartError";
    /** @param problems one sentence each, naming the route or the permission, and what to do */
    constructor(problems: readonly string[]);
}
