import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { withSetupLock } from '../../scripts/lock.mjs';

const FOLDER = resolve(fileURLToPath(import.meta.url), '../../interoperability');
const run = promisify(execFile);

/**
 * A group of tests that need what this project doesn't bring. Where something is missing they are skipped, aloud, or,
 * with `INTEROPERABILITY_TESTS=required`, fail: CI must not be green because it is gone.
 *
 * @param missing what is missing and how to get it, in a sentence; undefined when all is there
 */
export function describeWith(missing: string | undefined, name: string, tests: () => void): void {
  if (missing === undefined) {
    describe(name, tests);
  } else if (process.env['INTEROPERABILITY_TESTS'] === 'required') {
    describe(name, () => {
      it('has what it needs', () => {
        throw new Error(`INTEROPERABILITY_TESTS=required, and ${missing}`);
      });
    });
  } else {
    // oxlint-disable-next-line no-console -- whoever runs the tests is to know what was left out
    console.warn(`Skipped: ${name}: ${missing}`);
    describe.skip(name, tests);
  }
}

/** A file below `test/interoperability`. */
export function interoperabilityFile(name: string): string {
  return join(FOLDER, name);
}

/**
 * Installs the packages that `test/interoperability/package.json` names, unless they are there: whoever installs this
 * project needn't have them. Answers why they are missing, if they are.
 */
export async function missingPackages(): Promise<string | undefined> {
  if (await arePackagesInstalled()) return undefined;
  return withSetupLock(async () => {
    if (await arePackagesInstalled()) return undefined;
    const args = [
      'install',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--ignore-scripts',
      '--loglevel=error',
    ];
    const failure = await run('npm', args, { cwd: FOLDER, shell: process.platform === 'win32' }).catch(
      (error: { stderr: string }) => error,
    );
    if (await arePackagesInstalled()) return undefined;
    return `the packages of test/interoperability could not be installed; npm says:\n${failure.stderr}`;
  });
}

/** npm writes a list of what it has installed, as its last step; so a broken-off install has none. */
async function arePackagesInstalled(): Promise<boolean> {
  const { dependencies } = JSON.parse(await readFile(interoperabilityFile('package.json'), 'utf8'));
  const listed = await readFile(interoperabilityFile('node_modules/.package-lock.json'), 'utf8').catch(() => '{}');
  const { packages = {} } = JSON.parse(listed);
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version);
}

/** One of those packages. They have no place in the types of this project, so what they are is said by what is asserted. */
export async function loadPackage(name: string): Promise<any> {
  const { resolve: find } = createRequire(interoperabilityFile('package.json'));
  return import(pathToFileURL(find(name)).href);
}
