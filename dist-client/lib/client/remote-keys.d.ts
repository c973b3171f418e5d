import { type VerificationKey, type VerificationKeys } from '../validity/index.js';
import type { Service } from './service.js';
/** The service's public keys (RFC 7517), each a `KeyObject` made once and bound to its one algorithm (RFC 8725 §3.1). */
export declare class RemoteKeys implements VerificationKeys {
    private readonly service;
    private keys;
    private reading;
    private nextReading;
    /** Made-up kids can't have the keys fetched more than about once a second. */
    private readonly searches;
    constructor(service: Service);
    find(kid: string): VerificationKey | undefined;
    /**
     * Fetches the keys anew. Calls that come while they are being fetched share the one fetch that follows, so that what
     * was true before a call is known after it.
     *
     * @throws ServiceError; the keys stay as they are
     */
    reload(): Promise<void>;
    /**
     * For a `kid` that isn't known: the key may be new.
     *
     * @returns whether it was looked for; not if that was done too often lately
     * @throws ServiceError
     */
    search(): Promise<boolean>;
    private read;
    /** What was read before stays the same object, and with it the signatures that were verified. */
    private keyOf;
}
