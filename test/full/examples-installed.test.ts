import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import * as examples from '../support/examples.js';
import { expectPrinted, runShell } from '../support/pages.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/** What the client may add to an application that has Nest, Express or Fastify already. Bytes. */
const BOUND = 1_000_000;

const run = promisify(execFile);
const NPM = ['--no-audit', '--no-fund', '--prefer-offline'];

describe('the examples, installed from what would be published', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  const tarballs = new Map<string, string>();
  let folder: string;
  let service: BuiltService;
  beforeAll(async () => {
    const made = await examples.makeFolder();
    cleanUp.push(made.remove);
    folder = made.path;
    const dataDir = await makeDataDir();
    cleanUp.push(dataDir.remove);
    service = await startBuiltService({ DATA_DIR: dataDir.path, BCRYPT_COST: '10' });
    cleanUp.push(() => service.stop());
    for (const name of ['nest-gatehouse', 'nest-gatehouse-client'] as const) {
      tarballs.set(name, await examples.pack(name, folder));
    }
  });
  afterAll(async () => {
    for (const undo of cleanUp.toReversed()) await undo();
  });

  it.each([
    ['departments-open', undefined],
    ['departments-embedded', 'nest-gatehouse'],
    ['user-source-http', 'nest-gatehouse'],
    ['departments-secured', 'nest-gatehouse-client'],
    ['express-app', 'nest-gatehouse-client'],
    ['fastify-app', 'nest-gatehouse-client'],
  ] as const)('%s is installed, built, started and asked', async (name, ours) => {
    const copy = await examples.copyExample(name, folder);
    const added = await install(copy, ours);
    await run('npm', ['run', 'build'], { cwd: copy });
    const client = ours === 'nest-gatehouse-client';
    const application = await examples.startExample(copy, {
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
      ...(client && { GATEHOUSE: await examples.register(name, service) }),
    });
    try {
      if (client) {
        // oxlint-disable-next-line no-console -- the figure is wanted where the test passes too
        console.log(`${name}: nest-gatehouse-client adds ${Math.ceil(added / 1_000)} kB`);
        expect(added).toBeLessThan(BOUND);
        const [setUp, , call] = await examples.shellOf(name);
        const printed = await runShell([setUp!.code.split('\n\n')[0]!, call!.code], service, application.url);
        expectPrinted(printed[1]!, call!.printed!, name);
      } else {
        expect((await application.ask('/finance/data')).status).toBe(ours ? 401 : 200);
      }
    } finally {
      await application.stop();
    }
  });

  /** Installs all but our package, which no registry has, and then that. Answers what it added. Bytes. */
  async function install(project: string, ours: string | undefined): Promise<number> {
    const file = join(project, 'package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
    const wanted = manifest.dependencies[ours ?? ''];
    delete manifest.dependencies[ours ?? ''];
    await writeFile(file, JSON.stringify(manifest));
    await run('npm', ['install', ...NPM], { cwd: project });
    if (!ours) return 0;
    const before = await sizeOf(join(project, 'node_modules'));
    await run('npm', ['install', ...NPM, tarballs.get(ours)!], { cwd: project });
    const installed = JSON.parse(await readFile(join(project, 'node_modules', ours, 'package.json'), 'utf8'));
    // The version that the example asks for is the one that is packed.
    expect(wanted).toBe(`^${installed.version}`);
    return (await sizeOf(join(project, 'node_modules'))) - before;
  }
});

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
