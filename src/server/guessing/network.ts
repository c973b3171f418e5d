import { isIPv4, isIPv6 } from 'node:net';

/** Stands for all addresses that are none, so that a made-up one is no way out. */
const UNKNOWN = 'unknown';

const MAPPED = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/;

/**
 * The network that whoever calls from an address is taken for: an IPv4 address itself; of an IPv6 address the /64, since
 * whoever has one address of it has them all.
 */
export function networkOf(address: string | null): string {
  const [bare = ''] = (address ?? '').toLowerCase().split('%', 1);
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return UNKNOWN;
  // The canonical form of WHATWG: without needless zeros, and the last 32 bits in hexadecimal.
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, dotted, high, low] = MAPPED.exec(canonical) ?? [];
  if (dotted !== undefined) return dotted;
  if (high !== undefined && low !== undefined) return dottedOf(Number.parseInt(high, 16), Number.parseInt(low, 16));
  return `${groupsOf(canonical).slice(0, 4).join(':')}::/64`;
}

function dottedOf(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** All eight. */
function groupsOf(canonical: string): string[] {
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}
