/** Where the client says what goes wrong and right again: once each, not once a request. `console` is one. */
export interface GatehouseLogger {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
}
