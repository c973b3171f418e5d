import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

it('docs/standards.md says what the tests’ names say', async () => {
  // A script without types; it is here for its one function.
  const { standardsPage } = (await import(String(new URL('../scripts/write-standards-docs.mjs', import.meta.url)))) as {
    standardsPage: () => string;
  };
  expect(await readFile('docs/standards.md', 'utf8')).toBe(standardsPage());
});
