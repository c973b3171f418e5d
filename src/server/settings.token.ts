/** Injects the service's settings: `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = 'gatehouse:settings';

/**
 * What the process is there for. The `service` sees to its keys, by its settings; a `command` comes beside a service,
 * perhaps with other settings, and leaves alone what it isn't told to touch.
 */
export type Purpose = 'service' | 'command';

/** Injects the {@link Purpose}. */
export const PURPOSE = 'gatehouse:purpose';
