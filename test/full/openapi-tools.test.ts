import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import { installTools, readYaml, runTool } from '../support/openapi-tools.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const run = promisify(execFile);

/** What Spectral found: which rule, at which place of the document. */
interface Finding {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** The services whose documents are judged. */
const KINDS = {
  'with the demo': {},
  'without the demo, under a path': { DEMO: 'off', PUBLIC_URL: 'https://gate.example/auth' },
};

const cleanUp: (() => Promise<unknown>)[] = [];
const documents: Record<string, string> = {};
let folder: string;
let service: BuiltService;

beforeAll(async () => {
  await installTools();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-openapi-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  for (const [kind, settings] of Object.entries(KINDS)) {
    const dataDir = await makeDataDir();
    cleanUp.push(dataDir.remove);
    const started = await startBuiltService({ DATA_DIR: dataDir.path, BCRYPT_COST: '10', ...settings });
    cleanUp.push(() => started.stop());
    documents[kind] = await (await fetch(`${started.url}/openapi.json`)).text();
    if (kind === 'with the demo') service = started;
  }
});
afterAll(async () => {
  for (const undo of cleanUp.toReversed()) await undo();
});

async function spectral(document: string, rules: string): Promise<Finding[]> {
  // The name by which the exceptions know the document.
  const args = [
    'lint',
    '-r',
    rules,
    '-f',
    'json',
    '--quiet',
    '--fail-severity',
    'hint',
    '--stdin-filepath',
    'openapi.json',
  ];
  const { code, stdout, stderr } = await runTool('spectral', args, document);
  if (code !== 0 && code !== 1) throw new Error(`Spectral ended with ${code}: ${stderr}${stdout}`);
  const findings = JSON.parse(stdout) as Finding[];
  expect(findings.length > 0 ? 1 : 0).toBe(code);
  return findings;
}

async function redocly(document: string): Promise<{ code: number | null; problems: unknown[] }> {
  const file = join(folder, 'openapi.json');
  await writeFile(file, document);
  const args = ['lint', '--config', 'redocly.yaml', '--format', 'json', '--max-problems', '1000', file];
  const { code, stdout, stderr } = await runTool('redocly', args);
  if (!stdout.startsWith('{')) throw new Error(`Redocly ended with ${code}: ${stderr}${stdout}`);
  const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
  return { code, problems: problems.map(({ ruleId, message }) => `${ruleId}: ${message}`) };
}

describe.each(Object.keys(KINDS))('the OpenAPI document %s', (kind) => {
  it('has nothing that Spectral’s recommended rules and its OWASP rules find', async () => {
    const findings = await spectral(documents[kind]!, 'spectral.yaml');
    expect(findings.map(({ code, path, message }) => `${code} at ${path.join('/')}: ${message}`)).toEqual([]);
  });

  it('has nothing that Redocly’s recommended rules find', async () => {
    expect(await redocly(documents[kind]!)).toEqual({ code: 0, problems: [] });
  });
});

describe('the rules', () => {
  it('find what is wrong, so that silence means something', async () => {
    const document = JSON.parse(documents['with the demo']!);
    delete document.paths['/clients'].get.responses['500'];
    delete document.components.schemas.CreateClientDto.properties.name.maxLength;
    document.tags[0] = { name: 'OAuth' };
    const found = (await spectral(JSON.stringify(document), 'spectral.yaml')).map(({ code }) => code);
    expect(found).toContain('owasp:api8:2023-define-error-responses-500');
    expect(found).toContain('owasp:api4:2023-string-limit');
    expect(await redocly(JSON.stringify(document))).toMatchObject({
      problems: [expect.stringContaining('tag-description')],
    });
  });

  it('have no exception that is not needed', async () => {
    const { extends: recommended, rules, overrides } = await readYaml('spectral.yaml');
    const bare = join(folder, 'bare.json');
    const absolute = recommended.map((one: string) => (one.startsWith('.') ? resolve('test/openapi-tools', one) : one));
    await writeFile(bare, JSON.stringify({ extends: absolute }));
    const findings = await spectral(documents['with the demo']!, bare);
    const pointers = findings.map(({ code, path }) => ({
      code,
      pointer: `/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}/`,
    }));
    const exceptions = [
      ...Object.keys(rules).map((code) => ({ code, place: '/' })),
      ...(overrides as { files: string[]; rules: object }[]).flatMap((one) =>
        one.files.flatMap((file) =>
          Object.keys(one.rules).map((code) => ({ code, place: `${decodeURI(file.split('#')[1]!)}/` })),
        ),
      ),
    ];
    expect(exceptions.length).toBeGreaterThan(20);
    const useless = exceptions.filter(
      ({ code, place }) => !pointers.some((found) => found.code === code && found.pointer.startsWith(place)),
    );
    expect(useless).toEqual([]);
  });
});

/** Logs in, and lists the clients, by nothing but the types that were made of the document. */
const PROGRAM = `
import type { components, operations, paths } from './openapi.js';

type Json<Responses, Status extends keyof Responses> = Responses[Status] extends
  { content: { 'application/json': infer Body } } ? Body : never;
type Token = operations['issueToken'];
type Clients = paths['/clients']['get'];

const { URL: url = '', PASSWORD: password = '' } = process.env;

const form: Token['requestBody']['content']['application/x-www-form-urlencoded'] =
  { grant_type: 'password', username: 'admin', password };
const login = await fetch(url + ('/token' satisfies keyof paths), { method: 'POST', body: new URLSearchParams(form) });
const token = (await login.json()) as Json<Token['responses'], 200>;
const lifetime: number = token.expires_in;

const query: NonNullable<Clients['parameters']['query']> = { limit: 200, sort: '-createdAt' };
const address = url + '/clients?limit=' + query.limit + '&sort=' + query.sort;
const answer = await fetch(address, { headers: { authorization: token.token_type + ' ' + token.access_token } });
const page = (await answer.json()) as Json<Clients['responses'], 200>;
const clients: components['schemas']['ClientDto'][] = page.items;
const next: string | null = page.nextCursor;
console.log(JSON.stringify({ lifetime, next, clients: clients.map(({ clientId, grants }) => ({ clientId, grants })) }));

// @ts-expect-error: not any, but what the document says
void token.access_tokens;
// @ts-expect-error: neither for what is sent
query.sort = 'secret';
`;

it('openapi-typescript makes types of it that compile, and that a program can go by', async () => {
  const input = join(folder, 'document.json');
  await writeFile(input, documents['with the demo']!);
  const made = await runTool('openapi-typescript', [input, '--output', join(folder, 'openapi.d.ts')]);
  expect(made.code, made.stderr).toBe(0);
  expect(await readFile(join(folder, 'openapi.d.ts'), 'utf8')).toContain('export interface operations');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'program.ts'), PROGRAM);
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
  const compiled = await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(compiled.stdout).toBe('');
  const { stdout } = await run(process.execPath, [join(folder, 'program.js')], {
    env: { PATH: process.env['PATH'], URL: service.url, PASSWORD: service.passwords.get('admin') },
  });
  const printed = JSON.parse(stdout);
  expect(printed).toMatchObject({ lifetime: 3_600, next: null });
  expect(printed.clients).toContainEqual({ clientId: 'gatehouse', grants: ['password', 'refresh_token'] });
});
