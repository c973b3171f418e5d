/** Injects the service's settings: `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = 'gatehouse:settings';
