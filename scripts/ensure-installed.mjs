import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withSetupLock } from './lock.mjs';
import { root, run, secondsSince } from './run.mjs';

/**
 * Installs the packages unless node_modules is what package-lock.json says. Ends this process with npm's exit code, and
 * shows npm's words, if that fails.
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withSetupLock(async () => {
    if (!isInstalled()) await install();
  });
}

/** npm writes a list of what it has installed, as its last step; so a broken-off install has none. */
function isInstalled() {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages: installed } = JSON.parse(readFileSync(installedFile, 'utf8'));
  return Object.entries(locked).every(
    ([path, entry]) =>
      path === '' || (installed[path] ? installed[path].integrity === entry.integrity : entry.optional === true),
  );
}

async function install() {
  const start = performance.now();
  process.stdout.write('Installing packages … ');
  // The packages for building are needed whatever NODE_ENV says.
  const { code, output, stopped } = await npm(['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund']);
  if (code === 0) return console.log(secondsSince(start));
  if (!stopped) console.error(`\n${output}\nThe packages could not be installed; npm's own words are above.`);
  process.exit(code);
}

function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli && basename(cli) === 'npm-cli.js') return run(process.execPath, [cli, ...args], { quiet: true });
  return run('npm', args, { quiet: true, shell: process.platform === 'win32' });
}
