import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Form } from './form.js';

describe('Form', () => {
  it('reads back what a browser wrote, whatever it is', () => {
    const fields = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    );
    fc.assert(
      fc.property(fields, (values) => {
        const form = new Form(new URLSearchParams(values).toString());
        for (const [name, value] of Object.entries(values)) expect(form.get(name)).toBe(value);
        expect(form.repeated).toBeUndefined();
      }),
    );
  });

  it('RFC 6749 §3.2: knows a repeated parameter, and takes an empty one for left out', () => {
    expect(new Form('scope=a&username=x&scope=a').repeated).toBe('scope');
    expect(new Form('scope=&username').get('scope')).toBeUndefined();
    expect(new Form('scope=&username').get('username')).toBeUndefined();
  });

  it.each(['password=%', 'password=%zz', 'password=%ff', 'password=%c3%28', '%e0%a4%a=x'])(
    'refuses %j, rather than guess',
    (text) => {
      expect(() => new Form(text)).toThrow(URIError);
    },
  );

  it('has no members but those that were sent', () => {
    expect(new Form('a=b').get('__proto__')).toBeUndefined();
    expect(new Form('a=b').has('constructor')).toBe(false);
    expect(new Form('__proto__=x').get('__proto__')).toBe('x');
  });
});
