import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withSetupLock } from './lock.mjs';
import { root, runInstalled, secondsSince } from './run.mjs';

const stampFile = join(root, 'dist/.stamp');

/** Builds dist/ unless it is what the sources make. Ends this process, with the compiler's words, if that fails. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await withSetupLock(async () => {
    if (!isBuilt()) await build();
  });
}

function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp();
}

async function build() {
  const start = performance.now();
  process.stdout.write('Building … ');
  const sources = hashOfSources();
  // Otherwise what a deleted source once made would stay.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const { code, output, stopped } = await runInstalled('@nestjs/cli/bin/nest.js', ['build'], { quiet: true });
  if (code === 0) {
    writeFileSync(stampFile, stamp(sources));
    return console.log(secondsSince(start));
  }
  if (!stopped) console.error(`\n${output}\nThe service could not be built; the compiler's own words are above.`);
  process.exit(code);
}

/** What was built, from what. The compiler's own note changes when anybody else (a watcher, an editor) builds. */
function stamp(sources = hashOfSources()) {
  const note = join(root, 'dist/.tsbuildinfo');
  return `${sources} ${existsSync(note) ? statSync(note).mtimeMs : 'none'}\n`;
}

function hashOfSources() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const settings = ['tsconfig.json', 'nest-cli.json', 'package-lock.json'].map((name) => join(root, name));
  for (const file of [...sources, ...settings]) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
