import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadSettings, settingsTable } from '../src/config/settings.js';
import { COMPILED, compileBlocks } from './support/compile-blocks.js';
import { createTestEnvironment } from './support/environment.js';
import { faultsOfMermaid } from './support/mermaid.js';
import { anchorsOf, proseOf, readExamplePages, readPages, shellIn, type Block, type Page } from './support/pages.js';
import { AT_FIRST_START, describeShell, isNotRun, isRun } from './support/shell-of-pages.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const pages = await readPages();

const blocksOf = (languages: readonly string[]): (Block & { where: string })[] =>
  pages.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => languages.includes(language))
      .map((block) => ({ ...block, where: `${name}:${block.line}` })),
  );

/** Blocks that nothing runs here, each with its reason. Whoever adds one adds it here too. */
const NOT_RUN = [
  'README.md: npm start',
  'README.md: npm test',
  'README.md: npx vitest run test/routes.test.ts -u',
  'docs/command-line.md: gatehouse users list --group finance',
  'docs/connect-an-application.md: npm install nest-gatehouse-client',
  'docs/export-import.md: curl --fail -H "Authorization: Bearer $TOKEN" -o gatehouse.json http://127.0.0.1:8000/config/export',
  'docs/export-import.md: curl --fail -H "Authorization: Bearer $TOKEN" -o gatehouse.json \\',
  'docs/export-import.md: curl --fail-with-body -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -T gatehouse.json -X POST \\',
  'docs/getting-started.md: npm start',
  'docs/getting-started.md: echo "APP_SECRET=$(openssl rand -hex 32)" >> .env',
  'docs/instances.md: location / {',
  'docs/interoperability.md: apt-get install --no-install-recommends apache2 libapache2-mod-oauth2 openssl python3-authlib python3-requests',
  'docs/performance.md: npm run bench                            # everything',
  'docs/user-sources.md: gatehouse user-sources check --dry-run',
  "docs/user-sources.md: curl -s http://127.0.0.1:8000/token -d username=lena --data-urlencode 'password=…'",
  'docs/user-sources.md: gatehouse user-sources check ldap --dry-run',
];

describe('the code in README and docs', () => {
  it('is of a kind that is tested, or says by a comment why it isn’t', () => {
    const untested = pages.flatMap(({ name, blocks }) => {
      const printed = new Set(shellIn(blocks).map((block) => block.printed));
      return blocks
        .filter((block) => {
          if (['sh', 'json', 'env', 'sql', 'mermaid', ...COMPILED].includes(block.language)) return false;
          if (block.language === 'text' && (printed.has(block) || block.note === AT_FIRST_START)) return false;
          return !/^(?:not run: \w|tested by \S+$)/.test(block.note ?? '');
        })
        .map(({ language, line }) => `${name}:${line} ${language}`);
    });
    expect(untested).toEqual([]);
    // What is indented, or has words after its language, isn't found as a block.
    for (const { name, text } of pages) {
      expect(text.match(/^ +```.*$|^```\S*[ \t].*$|^~~~.*$/gm) ?? [], name).toEqual([]);
      expect(text.match(/^```/gm)?.length ?? 0, name).toBe(2 * pages.find((page) => page.name === name)!.blocks.length);
    }
  });

  it('is run but for what is named here', () => {
    const notRun = pages.flatMap(({ name, blocks }) =>
      blocks.filter(isNotRun).map(({ code }) => `${name}: ${code.split('\n', 1)[0]}`),
    );
    expect(notRun).toEqual(NOT_RUN);
  });

  it('is tested by the tests that it names', async () => {
    for (const { name, blocks } of pages) {
      for (const { note, line } of blocks) {
        const test = /^tested by (\S+)$/.exec(note ?? '')?.[1];
        if (test !== undefined) expect(await readFile(join(ROOT, test), 'utf8'), `${name}:${line}`).toContain(name);
      }
    }
  });

  it('compiles, as strictly as the service itself', () => {
    expect(compileBlocks(pages)).toEqual([]);
  });

  it('is JSON where it says so', () => {
    for (const { code, where } of blocksOf(['json'])) expect(() => JSON.parse(code) as unknown, where).not.toThrow();
  });

  it('has settings that there are, with values that they can have', () => {
    const names = Object.values(settingsTable).map(({ name }): string => name);
    for (const { code, where } of blocksOf(['env'])) {
      const env = parseEnv(code.replaceAll('…', () => randomBytes(32).toString('hex')));
      for (const name of Object.keys(env)) expect(names, where).toContain(name);
      expect(() => loadSettings(env), where).not.toThrow();
    }
  });

  it('draws pictures that Mermaid can read', () => {
    for (const { code, where } of blocksOf(['mermaid'])) expect(faultsOfMermaid(code), where).toEqual([]);
  });

  it('asks the database for what is there', async () => {
    const service = await createTestEnvironment();
    try {
      for (const { code, where } of blocksOf(['sql']).filter(isRun)) {
        await expect(service.database.query(code), where).resolves.toBeDefined();
      }
    } finally {
      await service.close();
    }
  });
});

/** Whether the page has its reader write the file. */
const isMadeBy = (name: string, path: string): boolean =>
  pages.some((page) => page.name === name && page.blocks.some(({ code }) => code.startsWith(`// ${path}\n`)));

describeShell(pages.filter(({ name }) => name === 'README.md'));

describe('what README and docs name', () => {
  it('are links that lead to what is there', async () => {
    for (const page of [...pages, ...(await readExamplePages())]) {
      const prose = proseOf(page);
      const links = [...prose.matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(([, link, image]) => link ?? image!);
      for (const link of links.filter((one) => !/^https?:/.test(one))) {
        const [path, anchor] = link.split('#') as [string, string?];
        const target = path === '' ? join(ROOT, page.name) : join(ROOT, dirname(page.name), path);
        expect(existsSync(target), `${page.name} → ${link}`).toBe(true);
        if (anchor === undefined) continue;
        expect(anchorsOf(await readFile(target, 'utf8')), `${page.name} → ${link}`).toContain(anchor);
      }
    }
  });

  it('are files that are there', () => {
    for (const [name, path] of named(/`((?:src|test|scripts|bench|docs|examples)\/[\w./-]+)`/g)) {
      expect(existsSync(join(ROOT, path)) || isMadeBy(name, path), `${name}: ${path}`).toBe(true);
    }
  });

  it('are npm scripts and tests that are there', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const known = [...Object.keys(scripts), 'install', 'ci'];
    for (const [name, script] of named(/(?:^|`|&& |\) )npm (?:run )?([\w:]+)/gm)) expect(known, name).toContain(script);
    for (const [name, path] of named(/\b(?:npx vitest run|node) ((?:test|scripts|bench)\/\S+?)[`\s]/g)) {
      expect(existsSync(join(ROOT, path)) || isMadeBy(name, path), `${name}: ${path}`).toBe(true);
    }
  });

  it('are routes that are there', async () => {
    const routes = (await readFile(join(ROOT, 'test/routes.snapshot.txt'), 'utf8')).replaceAll(/ +/g, ' ');
    const asked = named(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`\s?]*)(?:\?[^`]*)?`/g).filter(
      ([, route]) => !route.endsWith('…') && !APPLICATIONS_OWN.has(route),
    );
    expect(asked.length).toBeGreaterThan(10);
    for (const [name, route] of asked) {
      const known = `${route.replaceAll(/\{(\w+)\}/g, ':$1')} `;
      expect(routes, name).toContain(known);
    }
  });

  it('are metrics that are there', async () => {
    const source = await readFile(join(ROOT, 'src/server/metrics/metrics.service.ts'), 'utf8');
    for (const [name, metric] of named(/`(gatehouse_\w+)/g)) expect(source, name).toContain(metric);
  });
});

/** Routes in the pages that are those of an application, not of the service. */
const APPLICATIONS_OWN = new Set(['POST /auth/token']);

/** What a pattern finds first in the pages, each with the page. */
function named(pattern: RegExp): [page: string, found: string][] {
  return pages.flatMap(({ name, text }: Page) =>
    [...text.matchAll(pattern)].map(([, found]): [string, string] => [name, found!]),
  );
}
