import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RouteInventory } from '../src/access/index.js';
import { sayCondition } from '../src/policy/index.js';
import { ContractsModule } from './fixtures/contracts/contracts.module.js';
import { makeDataDir, startBuiltService, type BuiltService } from './support/built-service.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** The code blocks of the README, in order. */
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}));
const codeOf = (language: string) => blocks.filter((block) => block.language === language).map(({ code }) => code);

/** Starting and testing would start themselves; that they are there is looked at. */
const isOfNpm = (code: string) => /^np[mx] /.test(code);

/** What is printed by a shell block stands in the text block that follows it; a line … stands for any lines. */
const examples = blocks.flatMap(({ language, code }, index) => {
  const next = blocks[index + 1];
  if (language !== 'sh' || isOfNpm(code)) return [];
  return [{ code, printed: next?.language === 'text' ? next.code : '' }];
});

describe('the README', () => {
  let service: BuiltService;
  let removeData: () => Promise<void>;
  beforeAll(async () => {
    const dataDir = await makeDataDir();
    removeData = dataDir.remove;
    service = await startBuiltService({ DATA_DIR: dataDir.path });
  });
  afterAll(async () => {
    await service?.stop();
    await removeData();
  });

  it('shows the table that the first start prints, with other passwords', () => {
    const shown = codeOf('text')[0]!.replace(/^ +…\n/m, '');
    expect(masked(service.output())).toContain(masked(shown));
  });

  it('has shell examples that print what it says, in one shell', async () => {
    const end = '--- end of the example ---';
    const script = examples
      .map(({ code }) => `${code}\nprintf '\\n%s\\n' '${end}'\n`)
      .join('')
      .replaceAll('http://127.0.0.1:8000', service.url)
      .replaceAll(/^([A-Z]+)='…'$/gm, (_, name: string) => `${name}='${service.passwords.get(name.toLowerCase())}'`);
    const { stdout } = await promisify(execFile)('sh', ['-euc', script], { cwd: ROOT });
    const printed = stdout.replaceAll('\r', '').split(end);
    expect(examples).toHaveLength(2);
    for (const [index, example] of examples.entries()) {
      expect(printed[index]!.trim()).toMatch(patternOf(example.printed.trim()));
    }
  });

  it('names npm scripts and tests that are there', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/(?:^|`)npm (?:run )?([\w:]+)/gm)].map(([, name]) => name!);
    expect(named).toEqual(expect.arrayContaining(['start', 'test']));
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
    const tests = [...readme.matchAll(/^npx vitest run (\S+)/gm)].map(([, file]) => file!);
    for (const file of tests) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

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

describe('the links of README and docs', () => {
  it('lead to what is there', async () => {
    const pages = [
      'README.md',
      ...(await readdir(join(ROOT, 'docs'), { recursive: true })).map((file) => `docs/${file}`),
    ];
    for (const page of pages.filter((file) => file.endsWith('.md'))) {
      const text = await readFile(join(ROOT, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(([, link, image]) => link ?? image!);
      for (const link of links.filter((one) => !/^https?:/.test(one))) {
        const [path, anchor] = link.split('#') as [string, string?];
        const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
        expect(existsSync(target), `${page} → ${link}`).toBe(true);
        if (anchor !== undefined)
          expect(anchorsOf(await readFile(target, 'utf8')), `${page} → ${link}`).toContain(anchor);
      }
    }
  });
});

/** The anchors that GitHub gives to headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The table without what is random in it. */
const masked = (text: string): string => text.replaceAll(/\b\w{24}\b/g, 'x'.repeat(24));

/** Text as a pattern for the whole of what is printed; a line … matches any lines. */
function patternOf(text: string): RegExp {
  const lines = text
    .split('\n')
    .map((line) => (line === '…' ? '[^]*?' : line.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')));
  return new RegExp(`^${lines.join('\n')}$`);
}
