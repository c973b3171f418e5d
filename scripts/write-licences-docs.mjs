// Writes docs/licences.md: the packages that are shipped, and under which licences, from package-lock.json. npm writes there
// what each package says of itself, also of those for other platforms, which aren't installed here.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Licences that ask for no more than to be named, by their SPDX identifiers. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
]);

/** Others, with the reason why they may be here. For development only: what is shipped has no exceptions. */
const EXCEPTIONS = {
  'MPL-2.0': {
    packages: /^lightningcss(-|$)/,
    reason:
      'Comes with the test runner’s bundler, which is never shipped; it is used as it is, and nothing of it is changed.',
  },
};

/** What packages say elsewhere than in the field that npm reads. */
const SAID_ELSEWHERE = {
  pause: { licence: 'MIT', where: 'at the end of its Readme.md' },
};

/**
 * All packages of the lock file.
 *
 * @param {Record<string, { version: string, license?: string, dev?: boolean }>} packages as package-lock.json has them
 * @returns {{ name: string, version: string, licence: string | undefined, shipped: boolean }[]} shipped: installed by
 *   `npm ci --omit=dev`
 */
export function licencesOf(packages) {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version, license, dev }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { name, version, licence: license ?? formerly(path) ?? SAID_ELSEWHERE[name]?.licence, shipped: !dev };
    });
}

/** The field that npm had before `license`, which isn't in the lock file. */
function formerly(path) {
  const file = join(path, 'package.json');
  if (!existsSync(file)) return undefined;
  const { licenses } = JSON.parse(readFileSync(file, 'utf8'));
  return licenses?.map(({ type }) => type).join(' OR ');
}

/** What is wrong with the licences: a sentence for each package that may not be here. */
export function complaints(found) {
  return found
    .filter(({ name, licence, shipped }) => !isPermissive(licence) && (shipped || !isExcepted(name, licence)))
    .map(({ name, version, licence, shipped }) => {
      const which =
        licence === undefined ? 'has no licence that is known' : `is under ${licence}, which isn’t permissive`;
      return `${name} ${version} ${which}${shipped ? ', and is shipped' : ''}: do without it, or give a reason in scripts/write-licences-docs.mjs.`;
    });
}

/** Of an SPDX expression: one of those joined by OR is enough, of those joined by AND each counts. */
function isPermissive(licence) {
  const text = (licence ?? '').replaceAll(/[()]/g, '');
  if (text.includes(' AND ') && text.includes(' OR ')) return false;
  return text.includes(' AND ')
    ? text.split(' AND ').every((one) => PERMISSIVE.has(one))
    : text.split(' OR ').some((one) => PERMISSIVE.has(one));
}

function isExcepted(name, licence) {
  return EXCEPTIONS[licence]?.packages.test(name) === true;
}

/** The page, as a text. */
export function licencesPage(found) {
  const shipped = group(found.filter((one) => one.shipped));
  const forDevelopment = new Map();
  for (const { shipped: is, licence } of found) {
    if (!is) forDevelopment.set(licence, (forDevelopment.get(licence) ?? 0) + 1);
  }
  return [
    '# Licences',
    '',
    'Gatehouse is under the [MIT licence](../LICENSE). These are the packages that it brings, and under which licences they',
    'are; a test refuses any that isn’t permissive. Made from package-lock.json: `node scripts/write-licences-docs.mjs`.',
    '',
    '## What is shipped',
    '',
    'Installed by `npm ci --omit=dev`, as in the container image; `nest-gatehouse` asks for them as its dependencies.',
    '`nest-gatehouse-client` has none.',
    '',
    '| Package | Versions | Licence |',
    '| --- | --- | --- |',
    ...shipped.map(({ name, versions, licence }) => `| ${name} | ${versions.join(', ')} | ${licence} |`),
    '',
    ...Object.entries(SAID_ELSEWHERE).map(([name, { licence, where }]) => `\`${name}\` says ${licence} ${where}.\n`),
    '## What is for development alone',
    '',
    '| Licence | Packages | |',
    '| --- | --- | --- |',
    ...[...forDevelopment]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([licence, count]) => `| ${licence} | ${count} | ${EXCEPTIONS[licence]?.reason ?? ''} |`),
    '',
    'What the benchmarks and the long tests install for themselves (bench/peers, test/openapi-tools) isn’t listed: it is',
    'neither shipped nor needed to build.',
    '',
  ].join('\n');
}

/** By name and licence, with all versions. */
function group(found) {
  const rows = new Map();
  for (const { name, version, licence } of found) {
    const row = rows.get(`${name} ${licence}`) ?? { name, versions: [], licence };
    if (!row.versions.includes(version)) row.versions.push(version);
    rows.set(`${name} ${licence}`, row);
  }
  return [...rows.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  writeFileSync('docs/licences.md', licencesPage(licencesOf(packages)));
}
