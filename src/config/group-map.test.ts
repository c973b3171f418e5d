import { describe, expect, it } from 'vitest';
import { parseGroupMap } from './group-map.js';

describe('a group map', () => {
  it('names groups elsewhere and here', () => {
    expect(
      parseGroupMap(' staff =>employees;cn=Finance\\, all,ou=groups,dc=example => finance ; x=>all staff'),
    ).toEqual([
      { from: 'staff', to: 'employees' },
      { from: 'cn=Finance\\, all,ou=groups,dc=example', to: 'finance' },
      { from: 'x', to: 'all staff' },
    ]);
  });

  it.each(['', 'staff', 'staff =>', '=> employees', 'a => b;', 'a => b => c'])('is not %j', (text) => {
    expect(parseGroupMap(text)).toBeUndefined();
  });
});
