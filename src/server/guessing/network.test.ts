import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './network.js';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', 'unknown'],
    ['unix:', 'unknown'],
    ['203.0.113.7, 198.51.100.1', 'unknown'],
    ['203.0.113.7:4711', 'unknown'],
    ['2001:db8::1]/[', 'unknown'],
  ])('of %j is %s', (address, network) => expect(networkOf(address)).toBe(network));

  it('of one that isn’t known is one for all', () => expect(networkOf(null)).toBe('unknown'));

  it('is one for all addresses of a /64, in every spelling, and another for every other /64', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const prefix = fc.tuple(fc.integer({ min: 0x2000, max: 0x3fff }), group, group, group);
    const host = fc.tuple(group, group, group, group);
    const spell = (groups: number[], padded: boolean): string =>
      groups.map((one) => one.toString(16).padStart(padded ? 4 : 1, '0')).join(':');
    fc.assert(
      fc.property(prefix, prefix, host, host, fc.boolean(), (one, other, first, second, padded) => {
        const network = networkOf(spell([...one, ...first], padded));
        expect(networkOf(spell([...one, ...second], !padded).toUpperCase())).toBe(network);
        const isSame = one.every((each, at) => each === other[at]);
        expect(networkOf(spell([...other, ...first], padded)) === network).toBe(isSame);
      }),
    );
  });
});
