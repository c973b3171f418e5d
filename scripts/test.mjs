// `npm test`: lint, build, and all tests but the long ones. `--full` runs those instead (test/full/).
// Anything else is handed to vitest (`npm test -- src/policy`), and then the lint step is left out.
import './require-node.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { findChromium } from './find-chromium.mjs';
import { root, run, runInstalled } from './run.mjs';

const full = process.argv.includes('--full');
const args = process.argv.slice(2).filter((arg) => arg !== '--full');

await ensureInstalled();
if (!full && args.length === 0) await lint();
// Some tests run what was built; those beside the sources never do.
if (args.length === 0 || !args.every((arg) => arg.startsWith('src/'))) await ensureBuilt();
if (!findChromium() && process.env.BROWSER_TESTS !== 'required') {
  console.log('No Chromium was found (CHROMIUM_PATH names one elsewhere): the browser tests are skipped.');
}
process.exit(await test());

async function lint() {
  const { code } = await run(process.execPath, [join(root, 'scripts/lint.mjs')]);
  if (code !== 0) process.exit(code);
}

async function test() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const report = join(folder, 'report.json');
  try {
    const { code, stopped } = await runInstalled('vitest/vitest.mjs', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...selection(),
    ]);
    const { passed, failed, skipped } = summary(report, code);
    if (!stopped) console.log(`\ntests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    // A library that ends vitest's process in its own way must not turn a failed run into a passed one.
    return code || (failed > 0 || passed === 0 ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function selection() {
  if (full) return ['--config=vitest.full.config.ts', ...args];
  return args.length === 0 ? ['--exclude=test/full/**'] : args;
}

function summary(report, code) {
  const counts = countTests(report);
  // A file that can't be loaded, or an error outside of any test, fails the run without a failed test.
  return { ...counts, failed: counts.failed || (code === 0 && counts.success ? 0 : 1) };
}

function countTests(report) {
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8'));
    const { success, numPassedTests, numFailedTests, numPendingTests, numTodoTests } = counted;
    return { success, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { success: false, passed: 0, failed: 0, skipped: 0 };
  }
}
