import type { Permission, Role } from '../policy/index.js';
/** What one module declares. A provider, so that the application's own module graph is the only registry there is. */
export declare class AccessFeature {
    readonly declared: readonly (Permission | Role)[];
    readonly brand = "gatehouse:access-feature";
    constructor(declared: readonly (Permission | Role)[]);
}
/** Whether a provider is a feature, of whichever copy of this package. */
export declare function isAccessFeature(provider: unknown): provider is AccessFeature;
