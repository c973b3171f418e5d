// `npm run pack:client`: builds the package nest-gatehouse-client into dist-client/ and packs it there.
// With the name of a new folder it does so there, so that two may be at it at once.
// Prints the path of the tarball as its last line.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { runInstalled } from './run.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [given] = process.argv.slice(2);
const OUT = given ? resolve(given) : join(ROOT, 'dist-client');
const { version, license, engines } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

const entry = (name) => ({ types: `./lib/client/${name}.d.ts`, default: `./lib/client/${name}.js` });
const peers = { '@nestjs/common': '^11 || ^12', '@nestjs/core': '^11 || ^12', 'reflect-metadata': '*', rxjs: '^7' };

const manifest = {
  name: 'nest-gatehouse-client',
  version,
  description:
    'Guards a Nest, Express or Fastify application by a Gatehouse service: tokens are verified locally, and die at once.',
  license,
  type: 'commonjs',
  engines,
  main: './lib/client/index.js',
  types: './lib/client/index.d.ts',
  exports: { '.': entry('index'), './nest': entry('nest'), './package.json': './package.json' },
  files: ['lib'],
  sideEffects: false,
  peerDependencies: peers,
  // Express and Fastify need none of them.
  peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  keywords: ['nestjs', 'express', 'fastify', 'oauth2', 'jwt', 'authorization', 'revocation'],
};

await ensureInstalled();
// Only one's own is emptied: another must be new.
if (!given) await rm(OUT, { recursive: true, force: true });
await mkdir(OUT);
const compile = ['-p', 'tsconfig.client.json', '--outDir', join(OUT, 'lib')];
const { code, output } = await runInstalled('typescript/bin/tsc', compile, { quiet: true });
if (code !== 0) {
  console.error(output);
  process.exit(1);
}
await writeFile(join(OUT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await copyFile(join(ROOT, 'LICENSE'), join(OUT, 'LICENSE'));
await copyFile(join(ROOT, 'src/client/README.md'), join(OUT, 'README.md'));

const packed = spawnSync('npm', ['pack', '--json', '--silent'], { cwd: OUT, encoding: 'utf8' });
if (packed.status !== 0) {
  console.error(packed.stderr);
  process.exit(1);
}
const [{ filename, files, unpackedSize }] = JSON.parse(packed.stdout);
console.log(`${files.length} files, ${Math.ceil(unpackedSize / 1024)} kB unpacked`);
console.log(join(OUT, filename));
