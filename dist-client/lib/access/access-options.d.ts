/** Where the guard finds its {@link AccessOptions}. */
export declare const ACCESS_OPTIONS = "gatehouse:access-options";
/** How an application is guarded, beside its rules. */
export interface AccessOptions {
    /**
     * What is done with a route that has neither `@Protected` nor `@Public`: it is refused and stops the start (`deny`), or
     * is left to the application's other guards (`leave`), while its routes are being taken under guard one by one.
     */
    readonly undeclared?: 'deny' | 'leave';
    /** Where somebody without credentials is sent from this request, if anywhere: an address for `Location`. */
    loginAddress?(request: unknown): string | undefined;
}
