import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RouteInventory } from '../src/access/index.js';
import { sayCondition } from '../src/policy/index.js';
import { ContractsModule } from './fixtures/contracts/contracts.module.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { readPage } from './support/pages.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const readme = await readPage('README.md');

const codeOf = (language: string) =>
  readme.blocks.filter((block) => block.language === language).map(({ code }) => code);

describe('the README', () => {
  it('shows the resource that is tested here', async () => {
    const folder = join(ROOT, 'test/fixtures/contracts');
    const files = await readdir(folder);
    const shown = new Map(
      codeOf('ts').map((code) => /^\/\/ src\/contracts\/(\S+)\n(.*)$/s.exec(code)!.slice(1, 3) as [string, string]),
    );
    expect([...shown.keys()].toSorted()).toEqual(files.toSorted());
    for (const file of files) {
      const tested = await readFile(join(folder, file), 'utf8');
      expect(shown.get(file)).toBe(tested.replaceAll("'../../../src/", "'../"));
    }
  });
});

describe('the resource that the README adds', () => {
  let service: TestEnvironment;
  beforeAll(async () => {
    service = await createTestEnvironment({ modules: [ContractsModule] });
  });
  afterAll(() => service.close());

  it('is guarded', async () => {
    const [admin, frank] = [await service.login('admin'), await service.login('frank')];
    expect((await service.ask('/contracts')).status).toBe(401);
    expect((await service.ask('/contracts', { token: frank })).status).toBe(403);
    expect((await service.ask('/contracts', { token: admin })).json).toEqual(['lease', 'insurance']);

    const sign = (token: string) => service.ask('/contracts/lease/signature', { method: 'POST', token });
    expect((await sign(frank)).headers.get('www-authenticate')).toContain('scope="contracts:read contracts:sign"');
    expect((await sign(await service.login('admin', 'contracts:sign'))).status).toBe(403);
    expect((await sign(admin)).json).toEqual({ contract: 'lease', signedBy: 'admin' });
  });

  it('has its role in the database', async () => {
    const held = await service.database.query(
      `SELECT pattern FROM gatehouse.role_permissions JOIN gatehouse.roles ON roles.id = role_id WHERE name = 'notary' ORDER BY 1`,
    );
    expect(held).toEqual([{ pattern: 'contracts:read' }, { pattern: 'contracts:sign' }]);
  });

  it('adds the lines to the snapshot of routes that the README shows', () => {
    const added = service.app
      .get(RouteInventory)
      .routes.filter(({ path }) => path.startsWith('/contracts'))
      .map(
        ({ method, path, access }) => `${method} ${path} ${access === 'public' ? 'everybody' : sayCondition(access)}`,
      );
    const shown = codeOf('diff').flatMap((code) => code.trim().split('\n'));
    expect(shown.map((line) => line.replace('+', '').replaceAll(/ +/g, ' '))).toEqual(added);
  });
});
