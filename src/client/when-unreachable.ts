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

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const DAY = 86_400_000;

/** @returns undefined for what isn't one, or is for longer than a day */
export function parseWhenUnreachable(text: unknown): UnreachableMode | undefined {
  if (text === 'introspect' || text === 'refuse') return { name: text, acceptFor: 0 };
  const [, count, unit] = /^accept-for:(\d{1,5})([smh])$/.exec(String(text)) ?? [];
  const acceptFor = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  return acceptFor > 0 && acceptFor <= DAY ? { name: 'accept-for', acceptFor } : undefined;
}
