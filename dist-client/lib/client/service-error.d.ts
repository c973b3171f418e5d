/** The service answered something else than what was asked for, or nothing. */
export declare class ServiceError extends Error {
    readonly status: number;
    readonly name = "ServiceError";
    /**
     * @param status of the answer; 0 when there was none
     * @param message a sentence, with what the service said of it
     */
    constructor(status: number, message: string, options?: ErrorOptions);
}
/** What an answer says of itself: `detail` (RFC 9457), or `error_description` and `error` (RFC 6749 §5.2). */
export declare function errorOf(response: Response): Promise<ServiceError>;
/** What went wrong with a request, with the cause that `fetch` hides. */
export declare function reasonOf(error: unknown): string;
