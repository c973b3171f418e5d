/** See {@link PROTECTED} for why it is a string. */
export declare const PUBLIC = "gatehouse:public";
/**
 * Lets everybody pass. A route needs this or `@Protected`, or the service doesn't start. Who sends a token anyway is
 * known as usual, and a bad token is refused here too.
 */
export declare function Public(): ClassDecorator & MethodDecorator;
