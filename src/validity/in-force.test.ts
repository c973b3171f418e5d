import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inForce } from './index.js';

const names = ['finance:read', 'finance:approve', 'hr:read', 'account:self'];
const held = fc.subarray(['*', 'finance:*', ...names]);

describe('inForce', () => {
  it('is account ∩ client ∩ scope: a client or a scope never adds anything', () => {
    fc.assert(
      fc.property(
        held,
        fc.option(held),
        fc.option(fc.subarray(names)),
        fc.constantFrom(...names),
        (account, client, scope, name) => {
          const whole = inForce({ account, client: null, scope: null }).allows(name);
          const byClient = client === null || inForce({ account: client, client: null, scope: null }).allows(name);
          const expected =
            whole && (name === 'account:self' && client ? client.some((p) => p === '*' || p === name) : byClient);
          expect(inForce({ account, client, scope }).allows(name)).toBe(
            expected && (scope === null || scope.includes(name)),
          );
        },
      ),
    );
  });

  it('gives everybody account:self, but a narrowed token only when it names it', () => {
    expect(inForce({ account: [], client: null, scope: null }).allows('account:self')).toBe(true);
    expect(inForce({ account: ['*'], client: null, scope: ['finance:read'] }).allows('account:self')).toBe(false);
  });
});
