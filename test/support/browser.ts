import { type Browser, chromium } from 'playwright-core';
import { describe, it } from 'vitest';
import { findChromium } from '../../scripts/find-chromium.mjs';

const path = findChromium();

/**
 * A group of tests that need a browser. Where none is found they are skipped, or, with `BROWSER_TESTS=required`, fail:
 * CI must not be green because its browser is gone. `scripts/test.mjs` says so when they are skipped.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (path) {
    describe(name, tests);
  } else if (process.env['BROWSER_TESTS'] === 'required') {
    describe(name, () => {
      it('needs a browser', () => {
        throw new Error('No Chromium was found, and BROWSER_TESTS=required. Install one, or set CHROMIUM_PATH.');
      });
    });
  } else {
    describe.skip(name, tests);
  }
}

/** Starts the browser that was found; the caller closes it. */
export function launchBrowser(): Promise<Browser> {
  // Chromium refuses to sandbox itself for root, which is who runs the tests in most containers.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: path, args });
}
