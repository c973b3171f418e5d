import type { Permission, Role } from '../policy/index.js';

/** By this and not by its class a feature is known, since two copies of this package may be loaded. */
const BRAND = 'gatehouse:access-feature';

/** What one module declares. A provider, so that the application's own module graph is the only registry there is. */
export class AccessFeature {
  readonly brand = BRAND;

  constructor(readonly declared: readonly (Permission | Role)[]) {}
}

/** Whether a provider is a feature, of whichever copy of this package. */
export function isAccessFeature(provider: unknown): provider is AccessFeature {
  return (
    typeof provider === 'object' &&
    provider !== null &&
    Object.getOwnPropertyDescriptor(provider, 'brand')?.value === BRAND
  );
}
