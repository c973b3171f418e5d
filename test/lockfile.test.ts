import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

interface Entry {
  version: string;
  resolved?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

/** The oldest versions without a known weakness that concerns us. */
const floors: Record<string, string> = {
  '@fastify/middie': '9.3.2',
  '@fastify/static': '9.1.1',
  '@nestjs/*': '12.0.0',
  'class-validator': '0.15.0',
  fastify: '5.8.5',
  'find-my-way': '9.7.0',
  jose: '6.0.0',
  jsonwebtoken: '9.0.3',
  jws: '4.0.1',
  nodemailer: '9.1.1',
  passport: '0.7.0',
  multer: '2.2.0',
  'path-to-regexp': '8.4.0',
  'swagger-ui-dist': '5.0.0',
  typeorm: '1.1.0',
  validator: '13.15.16',
};

const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Whether a version is at least another one; a pre-release counts as older than its release. */
function isAtLeast(version: string, floor: string): boolean {
  const [release = '', preRelease] = version.split('+')[0]!.split(/-(.*)/);
  const parts = release.split('.').map(Number);
  const needed = floor.split('.').map(Number);
  const at = needed.findIndex((part, index) => part !== parts[index]);
  return at < 0 ? preRelease === undefined : parts[at]! > needed[at]!;
}

describe('versions', () => {
  it.each([
    ['1.1.0', '1.1.0', true],
    ['1.10.0', '1.9.9', true],
    ['2.0.0', '1.9.9', true],
    ['1.0.9', '1.1.0', false],
    ['0.14.9', '0.15.0', false],
    ['12.0.0-next.3', '12.0.0', false],
    ['12.1.0-next.3', '12.0.0', true],
    ['9.0.3+build-1', '9.0.3', true],
  ])('%s at least %s: %s', (version, floor, expected) => {
    expect(isAtLeast(version, floor)).toBe(expected);
  });
});

describe('the lock file', () => {
  it.each(Object.entries(floors))('has no %s older than %s', (name, floor) => {
    const found = entries.filter(([path]) =>
      name.endsWith('/*') ? nameOf(path).startsWith(name.slice(0, -1)) : nameOf(path) === name,
    );
    for (const [path, { version }] of found) expect(isAtLeast(version, floor), `${path} is ${version}`).toBe(true);
  });

  it('has each package that has a floor, so that no misspelt name is held by nothing', () => {
    const names = new Set(entries.map(([path]) => nameOf(path)));
    const absent = Object.keys(floors).filter((name) => !name.endsWith('/*') && !names.has(name));
    expect(absent).toEqual([]);
  });

  it('has multer for development only: it comes with Nest for Express, and the service does not mount it', () => {
    const multers = entries.filter(([path]) => nameOf(path) === 'multer');
    expect(multers.filter(([, { dev, devOptional }]) => !dev && !devOptional)).toEqual([]);
  });

  it('has no download addresses', () => {
    expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('is whole on every platform: an optional package that it leaves out stops `npm ci`', () => {
    const missing = entries.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isLocked(name, path))
        .map((name) => `${nameOf(path)} → ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

/** Looked up as Node does it: in the package's own node_modules, then in those above it. */
function isLocked(name: string, from: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${folder}${folder && '/'}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}
