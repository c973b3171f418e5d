import { describe, expect, it } from 'vitest';
import { InvalidTokenError } from '../../validity/index.js';
import { DomainError } from '../domain-error.js';
import type { IntrospectionCaller } from './introspection-callers.js';
import { Introspection } from './introspection.js';

const caller: IntrospectionCaller = { mayAskAboutAny: () => true };

/** An introspection whose look-ups end when they are told to; only the token `known` is in memory. */
function heldUp() {
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let underWay = 0;
  const dead = (): never => {
    throw new InvalidTokenError('revoked');
  };
  const verifier = {
    knows: (token: string) => token === 'known',
    verify: (token: string) => {
      if (token === 'known') return dead();
      underWay++;
      return released.then(dead);
    },
  };
  const introspection = new Introspection(
    verifier as never,
    undefined as never,
    undefined as never,
    { asOf: 'here:1' } as never,
    undefined as never,
  );
  return { introspection, release, underWay: () => underWay };
}

describe('Introspection', () => {
  it('looks up few unknown tokens at once, lets some wait, and sends the rest away; what is known it answers', async () => {
    const { introspection, release, underWay } = heldUp();
    const asked = Array.from({ length: 1_100 }, (_, n) =>
      introspection.introspect(`x.${n}.z`, caller).catch((error: unknown) => error),
    );
    // Everything that is sent away is sent away at once.
    await new Promise((resolve) => setImmediate(resolve));
    expect(underWay()).toBe(8);
    expect(await introspection.introspect('known', caller)).toBe('{"active":false}');
    release();
    const answers = await Promise.all(asked);
    const sentAway = answers.filter((answer) => answer instanceof DomainError && answer.code === 'overloaded');
    expect(sentAway).toHaveLength(1_100 - 1_008);
    expect(answers.filter((answer) => answer === '{"active":false}')).toHaveLength(1_008);
  });
});
