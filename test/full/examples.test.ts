import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
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

  describe('user-source-http', () => {
    const secret = 'of the people service, 32 bytes long';
    const given = ['of nora, elsewhere', 'of otto, elsewhere', secret];
    let copy: string;
    beforeAll(async () => {
      copy = await examples.copyExample('user-source-http', folder);
      await examples.buildExample(copy);
    });

    it('lets in whom another system knows, as long as it knows them', async () => {
      const people = await examples.startExample(copy, { PEOPLE_SECRET: secret }, 'dist/people-service.js');
      cleanUp.push(() => people.stop());
      const application = await examples.startExample(copy, {
        APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
        PEOPLE_URL: people.url,
        PEOPLE_SECRET: secret,
      });
      cleanUp.push(() => application.stop());
      const { url, output } = application;
      const passwords = new Map([['admin', /^ {2}admin +(\w{24}) /m.exec(output())![1]!]]);
      const [, makeGroup, call] = await examples.shellOf('user-source-http');
      const [, printed, tokens] = await runShell(
        [makeGroup!.code, call!.code, 'echo "$NORAS $OTTOS"'],
        { url, passwords },
        url,
      );
      expectPrinted(printed!, call!.printed!, 'user-source-http');
      const [noras, ottos] = tokens!.trim().split(' ');

      const file = join(copy, 'people.json');
      const known = JSON.parse(await readFile(file, 'utf8')) as { username: string; isActive: boolean }[];
      const without = known.map((one) => ({ ...one, isActive: one.username !== 'nora' }));
      await writeFile(file, JSON.stringify(without));
      const ask = async (token: string) => (await application.ask('/finance/data', token)).status;
      await expect.poll(() => ask(noras!), { timeout: 20_000, interval: 200 }).toBe(401);
      expect(await ask(ottos!)).toBe(403);

      const login = (username: string, password: string) =>
        fetch(`${url}/auth/token`, { method: 'POST', body: new URLSearchParams({ username, password }) });
      expect((await login('nora', given[0]!)).status).toBe(400);
      expect((await login('otto', given[0]!)).status).toBe(400);
      expect((await login('otto', given[1]!)).status).toBe(200);
      await people.stop();
      expect((await login('otto', given[1]!)).status).not.toBe(200);
      expect((await login('admin', passwords.get('admin')!)).status).toBe(200);
      expect(await ask(ottos!)).toBe(403);
      for (const one of given) expect(output() + people.output()).not.toContain(one);
    });

    it('takes nothing for an answer that isn’t one, and throws no secret', async () => {
      const { HttpUserSource } = await import(pathToFileURL(join(copy, 'dist/http-user-source.js')).href);
      const nora = { id: 'p-1', username: 'nora', isActive: true, groups: [] };
      let answer: (question: { body: string }, response: ServerResponse) => void;
      const elsewhere: string[] = [];
      const server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => (body += String(chunk)));
        request.on('end', () => {
          if (request.url === '/elsewhere') elsewhere.push(body);
          answer({ body }, response);
        });
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      cleanUp.push(async () => server.close().closeAllConnections());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const source = new HttpUserSource({ url, secret });
      const authenticate = (signal = AbortSignal.timeout(5_000)) => source.authenticate('nora', given[0], signal);
      const send = (status: number, body: unknown) => (_: unknown, response: ServerResponse) =>
        void response.writeHead(status, { location: '/elsewhere' }).end(JSON.stringify(body));

      answer = send(200, { person: nora });
      expect(await authenticate()).toEqual({ ...nora, email: undefined, name: undefined });
      answer = send(200, { person: null });
      expect(await authenticate()).toBeUndefined();
      answer = send(200, { people: [nora] });
      expect([...(await source.lookUp(['p-1', 'p-2'], AbortSignal.timeout(5_000))).keys()]).toEqual(['p-1']);

      const wrong: [string, typeof answer][] = [
        ['401', send(401, {})],
        ['404', send(404, { person: null })],
        ['500', send(500, { person: nora })],
        ['another place', send(307, {})],
        ['nothing', send(200, null)],
        ['no answer to what was asked', send(200, {})],
        ['somebody without groups', send(200, { person: { ...nora, groups: undefined } })],
        ['somebody who may or may not be active', send(200, { person: { ...nora, isActive: 'yes' } })],
        ['what was sent, which is no JSON', ({ body }, response) => void response.end(`<p>${body}`)],
        ['half an answer', (_, response) => void response.writeHead(200).write('{"person":', () => response.destroy())],
      ];
      const thrown: string[] = [];
      for (const [name, how] of wrong) {
        answer = how;
        const failure: unknown = await authenticate().then(
          () => expect.fail(name),
          (error: unknown) => error,
        );
        thrown.push(inspect(failure));
      }
      expect(elsewhere).toEqual([]);
      for (const one of given) expect(thrown.join('\n')).not.toContain(one);

      answer = () => {};
      const began = performance.now();
      await expect(authenticate(AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(() => new HttpUserSource({ url: 'http://people.example', secret })).toThrow('neither HTTPS');
    });
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
