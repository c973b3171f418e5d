import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./peers/', import.meta.url));

/**
 * Installs what is compared with, unless it is there. It has dependencies that ours must not meet, so it is kept apart.
 *
 * @param {{ partsWithout: string[] }} options the parts of the benchmark that do without
 * @throws Error that names the remedy
 */
export function installPeers({ partsWithout }) {
  const { dependencies } = readJson('package.json');
  const missing = Object.entries(dependencies).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length === 0) return;
  console.error('Installing what is compared with, in bench/peers …');
  const args = ['install', '--no-package-lock', '--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  const names = missing.map(([name, version]) => `${name}@${version}`).join(', ');
  throw new Error(
    `The packages to compare with could not be installed (${names}); npm's own words are above. Run ` +
      `\`npm ${args.join(' ')}\` in bench/peers where npm reaches its registry, or leave out the parts that need ` +
      `them: \`npm run bench -- --only ${partsWithout.join(',')}\`.`,
  );
}

function installedVersion(name) {
  try {
    return readJson(join('node_modules', name, 'package.json')).version;
  } catch {
    return undefined;
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}
