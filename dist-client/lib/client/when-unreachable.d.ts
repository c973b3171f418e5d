/** A number and a unit: `30s`, `5m`, `1h`. */
export type Duration = `${number}${'s' | 'm' | 'h'}`;
/**
 * What is done when the news of what died can't arrive, and so nothing that is held may be trusted.
 *
 * - `introspect`: each decision asks the service. The default.
 * - `refuse`: everything guarded is answered 503.
 * - `accept-for:5m`: tokens that were known before are accepted for so long after it, **although they may be dead**;
 *   others are introspected.
 */
export type WhenUnreachable = 'introspect' | 'refuse' | `accept-for:${Duration}`;
/** The same, read. */
export interface UnreachableMode {
    readonly name: 'introspect' | 'refuse' | 'accept-for';
    /** For how long after the lapse a known token is accepted; 0 but for `accept-for`. Milliseconds. */
    readonly acceptFor: number;
}
/** @returns undefined for what isn't one, or is for longer than a day */
export declare function parseWhenUnreachable(text: unknown): UnreachableMode | undefined;
