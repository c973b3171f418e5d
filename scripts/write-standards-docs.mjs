// Writes docs/standards.md from the names of the tests: each clause, and the tests that hold it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A test's name, or a row of a table of cases, that begins with a clause: `RFC 6749 §5.2, §3: …`. */
const NAMED = /(['"`])((?:RFC \d+|ASVS \d)[^'"`\n]*?): ([^\n]*?)\1/g;

/** The page, as a text. */
export function standardsPage() {
  const files = ['src', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map((file) => join(folder, String(file)).replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.test.ts') && !file.includes('/node_modules/')),
  );
  const rows = files
    .toSorted()
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(NAMED)].map(([, , clause, what]) => ({ clause, what, file })),
    );
  const key = (clause) => clause.replaceAll(/\d+/g, (digits) => digits.padStart(5, '0'));
  const sorted = rows.toSorted((one, other) => (key(one.clause) < key(other.clause) ? -1 : 1));
  const cell = (text) => text.replaceAll('|', '\\|');
  return [
    '# Standards',
    '',
    'Each clause with the tests that hold it. Made from the names of the tests: `node scripts/write-standards-docs.mjs`.',
    '',
    '| Clause | What is tested | Where |',
    '| --- | --- | --- |',
    ...sorted.map(({ clause, what, file }) => `| ${cell(clause)} | ${cell(what)} | \`${file}\` |`),
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync('docs/standards.md', standardsPage());
