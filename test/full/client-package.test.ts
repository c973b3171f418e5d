import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, ScriptedService } from '../support/scripted-service.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const run = promisify(execFile);

let service: ScriptedService;
let tarball: string;
const folders: string[] = [];

beforeAll(async () => {
  service = await ScriptedService.start();
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/pack-client.mjs')], { cwd: ROOT });
  tarball = stdout.trim().split('\n').at(-1)!;
});
afterAll(async () => {
  await service.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A project with the package and some others, in a folder of its own. */
async function install(manifest: object, packages: readonly string[], files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-package-'));
  folders.push(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'fixture', private: true, ...manifest }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...packages], { cwd: folder });
  return folder;
}

/** Runs something there; the addresses of the service and tokens are in its environment. */
async function runIn(folder: string, program: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    ISSUER: service.url,
    AUDIENCE,
    GOOD: service.issue().token,
    POOR: service.issue({}, { answer: { permissions: [] } }).token,
  };
  delete (env as Record<string, string | undefined>)['VITEST'];
  const { stdout, stderr } = await run(join(folder, 'node_modules/.bin', program), args, { cwd: folder, env }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    },
  );
  return stdout + stderr;
}

/** What is asked of an application in each world: it answers 200, 401, 403, and not at all to a route that says nothing. */
const NEST = `
const Orders = definePermissions('orders', { read: 'See orders' });
const options = {
  issuer: process.env.ISSUER, audience: process.env.AUDIENCE, clientId: 'shop', clientSecret: 's',
  logger: { info() {}, warn() {}, error() {} },
};

function controller(rules) {
  class Routes {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = { [name]: () => name }[name];
    Object.defineProperty(Routes.prototype, name, { value, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name);
    Get(name)(Routes.prototype, name, descriptor);
    if (rule) rule(Routes.prototype, name, descriptor);
  }
  Controller()(Routes);
  class Root {}
  Module({ imports: [GatehouseClientModule.forRoot({ ...options, permissions: [Orders] })], controllers: [Routes] })(Root);
  return Root;
}

test('guards', async () => {
  const app = await NestFactory.create(controller({ open: Public(), orders: Protected(Orders.read) }), { logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const ask = async (path, token) => (await fetch(url + path, { headers: token ? { authorization: 'Bearer ' + token } : {} })).status;
  expect(await ask('/open')).toBe(200);
  expect(await ask('/orders')).toBe(401);
  expect(await ask('/orders', 'bad')).toBe(401);
  expect(await ask('/orders', process.env.POOR)).toBe(403);
  expect(await ask('/orders', process.env.GOOD)).toBe(200);
  expect(app.get(GATEHOUSE).status.deciding).toBe('memory');
  await app.close();
});

test('stops the start for a route that says nothing', async () => {
  const app = await NestFactory.create(controller({ forgotten: undefined }), { logger: false, abortOnError: false });
  await expect(app.init()).rejects.toThrow('forgotten has neither @Protected nor @Public');
  await app.close();
});
`;

const NEST_IMPORTS: [names: string, from: string][] = [
  ['Controller, Get, Module', '@nestjs/common'],
  ['NestFactory', '@nestjs/core'],
  ['definePermissions, GATEHOUSE, GatehouseClientModule, Protected, Public', 'nest-gatehouse-client/nest'],
];

const nest = (version: string) =>
  ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${version}`).concat('reflect-metadata', 'rxjs');

describe('the package', () => {
  it('has what it needs and nothing else, and no dependencies', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: join(ROOT, 'dist-client') });
    const [{ files, unpackedSize }] = JSON.parse(stdout);
    const paths = (files as { path: string }[]).map(({ path }) => path);
    expect(
      paths.filter(
        (path) =>
          !/^(lib\/(client|access|validity|policy)\/[\w.-]+\.(js|d\.ts)|LICENSE|README\.md|package\.json)$/.test(path),
      ),
    ).toEqual([]);
    expect(paths.filter((path) => /test|\.map$/.test(path))).toEqual([]);
    expect(unpackedSize).toBeLessThan(1_000_000);
    const { dependencies, peerDependenciesMeta } = JSON.parse(
      await readFile(join(ROOT, 'dist-client/package.json'), 'utf8'),
    );
    expect(dependencies).toBeUndefined();
    expect(Object.values(peerDependenciesMeta).every((meta) => (meta as { optional: boolean }).optional)).toBe(true);
  });

  it('guards plain Express, without Nest', async () => {
    const folder = await install({ type: 'module' }, ['express@5'], {
      'app.mjs': `
        import express from 'express';
        import { createGatehouse, definePermissions } from 'nest-gatehouse-client';
        const Orders = definePermissions('orders', { read: 'See orders' });
        const gatehouse = createGatehouse({ issuer: process.env.ISSUER, audience: process.env.AUDIENCE, clientId: 'shop', clientSecret: 's' });
        const app = express().get('/orders', gatehouse.protect(Orders.read), (request, response) => response.json([request.user.username]));
        const server = app.listen(0, '127.0.0.1', async () => {
          await gatehouse.ready();
          const ask = async (token) => (await fetch('http://127.0.0.1:' + server.address().port + '/orders', { headers: token ? { authorization: 'Bearer ' + token } : {} })).status;
          console.log([await ask(), await ask('bad'), await ask(process.env.POOR), await ask(process.env.GOOD)].join());
          server.close();
          server.closeAllConnections();
          await gatehouse.close();
        });
      `,
    });
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await writeFile(join(folder, 'node_modules/.bin/run'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, {
      mode: 0o755,
    });
    expect(await runIn(folder, 'run', 'app.mjs')).toBe('401,401,403,200\n');
    await expect(readFile(join(folder, 'node_modules/@nestjs/common/package.json'))).rejects.toThrow('ENOENT');
  });

  it('guards Nest 11 in CommonJS, under Jest', async () => {
    const imports = NEST_IMPORTS.map(([names, from]) => `const { ${names} } = require('${from}');\n`).join('');
    const folder = await install({}, [...nest('^11'), 'jest@^30'], {
      'app.test.js': `require('reflect-metadata');\n${imports}${NEST}`,
    });
    expect(await runIn(folder, 'jest', '--ci')).toMatch('2 passed');
  });

  it('guards Nest 12 in ECMAScript modules, under vitest', async () => {
    const imports = NEST_IMPORTS.map(([names, from]) => `import { ${names} } from '${from}';\n`).join('');
    const folder = await install({ type: 'module' }, [...nest('^12'), 'vitest@^4'], {
      'app.test.js': `import 'reflect-metadata';\nimport { expect, test } from 'vitest';\n${imports}${NEST}`,
    });
    expect(await runIn(folder, 'vitest', 'run')).toMatch('2 passed');
  });
});
