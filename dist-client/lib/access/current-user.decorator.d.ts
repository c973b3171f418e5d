/** The {@link Principal} of the request: on a protected route an account, on a public one perhaps `ANONYMOUS`. */
export declare const CurrentUser: (...dataOrPipes: unknown[]) => ParameterDecorator;
