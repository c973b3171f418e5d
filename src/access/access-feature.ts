import type { Permission, Role } from '../policy/index.js';

/** What one module declares. A provider, so that the application's own module graph is the only registry there is. */
export class AccessFeature {
  constructor(readonly declared: readonly (Permission | Role)[]) {}
}
