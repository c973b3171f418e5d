"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AccessFeature = void 0;
exports.isAccessFeature = isAccessFeature;
/** By this and not by its class a feature is known, since two copies of this package may be loaded. */
const BRAND = 'gatehouse:access-feature';
/** What one module declares. A provider, so that the application's own module graph is the only registry there is. */
class AccessFeature {
    constructor(declared) {
        this.declared = declared;
        this.brand = BRAND;
    }
}
exports.AccessFeature = AccessFeature;
/** Whether a provider is a feature, of whichever copy of this package. */
function isAccessFeature(provider) {
    return (typeof provider === 'object' &&
        provider !== null &&
        Object.getOwnPropertyDescriptor(provider, 'brand')?.value === BRAND);
}
