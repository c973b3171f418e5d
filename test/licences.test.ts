import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

interface Found {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
  readonly shipped: boolean;
}

// A script without types; it is here for its functions.
const { licencesOf, complaints, licencesPage } = (await import(
  String(new URL('../scripts/write-licences-docs.mjs', import.meta.url))
)) as {
  licencesOf: (packages: object) => Found[];
  complaints: (found: readonly Found[]) => string[];
  licencesPage: (found: readonly Found[]) => string;
};
const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: object };
const found = licencesOf(packages);

describe('the licences of all packages, also of those for other platforms', () => {
  it('are permissive', () => {
    expect(found.length).toBeGreaterThan(100);
    expect(complaints(found)).toEqual([]);
  });

  it('are listed in docs/licences.md', async () => {
    expect(await readFile('docs/licences.md', 'utf8')).toBe(licencesPage(found));
  });
});

describe('a licence', () => {
  const judged = (licence: string | undefined, shipped = true, name = 'example'): boolean =>
    complaints([{ name, version: '1.0.0', licence, shipped }]).length === 0;

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['(GPL-3.0-only OR LGPL-3.0-only)', false],
    ['MIT AND BSD-3-Clause', true],
    ['MIT AND GPL-2.0-only', false],
    ['(MIT OR GPL-2.0-only) AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    ['', false],
    [undefined, false],
  ])('%s is permissive: %s', (licence, expected) => {
    expect(judged(licence)).toBe(expected);
  });

  it('that has an exception is not shipped, and is that of the package alone that is named', () => {
    expect(judged('MPL-2.0', false, 'lightningcss-linux-x64-gnu')).toBe(true);
    expect(judged('MPL-2.0', true, 'lightningcss-linux-x64-gnu')).toBe(false);
    expect(judged('MPL-2.0', false)).toBe(false);
    expect(complaints([{ name: 'example', version: '1.0.0', licence: undefined, shipped: true }])).toEqual([
      'example 1.0.0 has no licence that is known, and is shipped: do without it, or give a reason in scripts/write-licences-docs.mjs.',
    ]);
  });
});
