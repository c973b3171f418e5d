import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import * as examples from '../support/examples.js';
import { expectPrinted, readPage, runShell, shellIn } from '../support/pages.js';
import { freePort } from '../support/postgres-server.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const undo of cleanUp.toReversed()) await undo();
});

describe('the examples, with the packed packages', () => {
  let folder: string;
  let service: BuiltService;
  beforeAll(async () => {
    const { path, remove } = await examples.makeFolder();
    cleanUp.push(remove);
    folder = path;
    const dataDir = await makeDataDir();
    cleanUp.push(dataDir.remove);
    [service] = await Promise.all([
      startBuiltService({ DATA_DIR: dataDir.path, BCRYPT_COST: '10' }),
      examples.linkModules(folder, ['nest-gatehouse', 'nest-gatehouse-client']),
    ]);
    cleanUp.push(() => service.stop());
  });

  async function start(name: string, env: Record<string, string> = {}): Promise<examples.RunningExample> {
    const copy = await examples.copyExample(name, folder);
    await examples.buildExample(copy);
    const application = await examples.startExample(copy, env);
    cleanUp.push(() => application.stop());
    return application;
  }

  it('departments-open lets everybody in', async () => {
    const { ask } = await start('departments-open');
    expect((await ask('/finance/data')).text).toBe('finance_data');
  });

  it('departments-embedded lets in who may, and has padlocks in its own documentation', async () => {
    const { url, ask, output } = await start('departments-embedded', {
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    });
    expect((await ask('/finance/data')).status).toBe(401);
    const password = /^ {2}admin +(\w{24}) /m.exec(output())![1]!;
    const passwords = new Map([['admin', password]]);
    const [, call] = (await examples.shellOf('departments-embedded')).map(({ code }) => code);
    const [printed] = await runShell([call!], { url, passwords }, url);
    expect(printed).toMatch(/^HTTP\/1.1 401 [^]*finance_data\n$/);
    const document: any = JSON.parse((await ask('/docs-json')).text);
    expect(document.paths['/finance/data'].get.security).toEqual([{ gatehouse: ['data:finance'] }]);
  });

  it.each(['departments-secured', 'express-app', 'fastify-app'])('%s does what its README says', async (name) => {
    const gatehouse = await examples.register(name, service);
    const { url, ask } = await start(name, { GATEHOUSE: gatehouse });
    await expect.poll(async () => JSON.parse((await ask('/health')).text)).toMatchObject({ deciding: 'memory' });
    const shell = await examples.shellOf(name);
    expect(shell.map(({ code }) => code.split('\n', 1)[0])).toEqual([
      expect.stringMatching(/^G=/),
      'npm install',
      "FRANK='…'",
    ]);
    const printed = await runShell([shell[0]!.code.split('\n\n')[0]!, shell[2]!.code], service, url);
    expectPrinted(printed[1]!, shell[2]!.printed!, name);
  });

  it('departments-secured has padlocks, and an Authorize button for the service', async () => {
    const copy = `${folder}/departments-secured`;
    const port = String(await freePort());
    // It also starts, and says what it decides by, when nobody has registered it.
    const gatehouse = JSON.stringify({
      issuer: service.url,
      audience: 'https://d.test',
      clientId: 'no',
      clientSecret: 'no',
    });
    const { ask, stop, output } = await examples.startExample(copy, { PORT: port, GATEHOUSE: gatehouse });
    const document: any = JSON.parse((await ask('/docs-json')).text);
    expect(document.paths['/finance/data'].get.security).toEqual([{ gatehouse: ['data:finance'] }]);
    expect(document.components.securitySchemes.gatehouse.flows.password.tokenUrl).toBe(`${service.url}/token`);
    expect((await ask('/finance/data')).status).toBe(401);
    expect(JSON.parse((await ask('/health')).text)).toMatchObject({ deciding: 'introspect', declared: false });
    expect(output()).toContain('Gatehouse');
    await stop();
  });

  it('docs/connect-an-application.md has shell that registers, and programs that guard', async () => {
    const { text, blocks } = await readPage('docs/connect-an-application.md');
    const [set, logIn] = shellIn(blocks).map(({ code }) => code);
    const [, credentials, answer] = await runShell(
      [set!, 'echo $GATEHOUSE_CLIENT_ID $GATEHOUSE_CLIENT_SECRET', logIn!],
      service,
    );
    const [id, secret] = credentials!.trim().split(' ');
    const { access_token: token } = JSON.parse(answer!) as { access_token: string };

    const project = await examples.copyExample('departments-open', folder, 'page');
    await rm(join(project, 'src'), { recursive: true });
    await mkdir(join(project, 'src'));
    const programs = [...text.matchAll(/^```ts\n\/\/ (\S+)\.ts\n(.*?)^```$/gms)].map(([, name, code]) => ({
      name: name!,
      code: code!,
    }));
    expect(programs.map(({ name }) => name)).toEqual(['gatehouse', 'express', 'fastify', 'nest', 'anything-else']);
    for (const { name, code } of programs) {
      const here = code.replaceAll('http://127.0.0.1:8000', service.url).replace('3000', 'Number(process.env.PORT)');
      await writeFile(join(project, `src/${name}.ts`), here);
    }
    await examples.buildExample(project);
    const env = { GATEHOUSE_CLIENT_ID: id!, GATEHOUSE_CLIENT_SECRET: secret! };
    for (const { name } of programs.slice(1)) {
      const { ask, stop } = await examples.startExample(project, env, `dist/${name}.js`);
      await expect
        .poll(async () => (await ask('/orders', token)).text, { message: name, timeout: 5_000 })
        .toBe('{"for":"admin"}');
      expect((await ask('/orders')).status, name).toBe(401);
      if (name === 'nest') expect(JSON.parse((await ask('/orders/health')).text)).toMatchObject({ deciding: 'memory' });
      await stop();
    }
  });
});

describe('what it takes to secure the open application', () => {
  it.each([
    ['departments-secured', 'docs/connect-an-application.md'],
    ['departments-embedded', 'docs/embed.md'],
  ])('%s: less than 40 lines, and they stand in %s', async (name, page) => {
    const difference = await examples.diffOf('departments-open', name);
    expect(difference.split('\n').length - 1).toBeLessThan(40);
    const shown = /^```diff\n(.*?)^```$/ms.exec(await readFile(resolve(ROOT, page), 'utf8'))![1];
    expect(shown).toBe(difference);
  });
});
