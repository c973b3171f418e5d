import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';

const page = await readFile('docs/errors.md', 'utf8');

// A script without types.
const { errorsPage, refusals, DOMAIN_STATUS } = (await import(
  String(new URL('../scripts/write-errors-docs.mjs', import.meta.url))
)) as { errorsPage: () => string; refusals: () => { status: number }[]; DOMAIN_STATUS: Record<string, number> };

/** The cells of a section's table, row by row. */
function tableOf(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, row]) => row!.split('|').map((cell) => cell.trim()));
  return rows.slice(2);
}

/** The first cells, without their backticks. */
const firstCells = (heading: string): string[] => tableOf(heading).map(([first]) => first!.replaceAll('`', ''));

/** The members of a union of texts in a source file. */
async function unionIn(file: string, name: string): Promise<string[]> {
  const union = new RegExp(`(?:type ${name} =|const ${name} =)([^;]*);`).exec(await readFile(file, 'utf8'))![1]!;
  return [...union.matchAll(/'([^']+)'/g)].map(([, member]) => member!);
}

describe('docs/errors.md', () => {
  it('lists every sentence of the code', () => {
    expect(page, 'run `node scripts/write-errors-docs.mjs`').toBe(errorsPage());
  });

  it('gives domain errors the status that the filter gives them', async () => {
    const source = await readFile('src/server/http/error-answer.ts', 'utf8');
    const answered = /const DOMAIN_ERRORS[^=]*= \{([^]*?)\n\};/.exec(source)![1]!;
    const statuses = [...answered.matchAll(/^ {2}'?([\w-]+)'?: \{ status: (\d+)/gm)].map(
      ([, code, status]): [string, number] => [code!, Number(status)],
    );
    expect(Object.fromEntries(statuses)).toEqual(DOMAIN_STATUS);
  });

  it('explains every status that a sentence of the code has', () => {
    const explained = firstCells('By status');
    for (const { status } of refusals()) expect(explained).toContain(String(status));
  });

  it.each([
    ['By `error`, at the OAuth endpoints', 'src/server/oauth/oauth-error.ts', 'OAUTH_ERROR_CODES', ['invalid_token']],
    ['Why a token was refused', 'src/validity/token-error.ts', 'InvalidTokenReason', []],
    ['When the service doesn’t start', 'src/server/database/database-start-error.ts', 'DatabaseStartErrorCode', []],
  ])('%s: names all that there are, and no others', async (heading, file, type, others) => {
    const shown = firstCells(heading.replace('’', "'"));
    expect(shown.toSorted()).toEqual([...(await unionIn(file, type)), ...others].toSorted());
  });
});

describe('the limits that docs/errors.md names', () => {
  let service: TestEnvironment;
  let admin: string;
  beforeAll(async () => {
    service = await createTestEnvironment();
    admin = await service.login('admin');
  });
  afterAll(() => service?.close());

  const post = (json: unknown): Promise<Answer> => service.ask('/marketing/campaigns', { token: admin, json });
  const nested = (depth: number): unknown => (depth === 1 ? {} : { x: nested(depth - 1) });
  const fields = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, 1]));

  it.each<[what: string, limit: string, status: number, within: () => Promise<Answer>, beyond: () => Promise<Answer>]>([
    ['a JSON body', '256 KB', 413, () => post('x'.repeat(256 * 1024 - 2)), () => post('x'.repeat(256 * 1024))],
    ['a form', '32 KB', 413, () => form(32 * 1024), () => form(32 * 1024 + 1)],
    ['fields in a body, of all its objects', '5,000', 400, () => post(fields(5_000)), () => post(fields(5_001))],
    ['how deep a body nests', '32 levels', 400, () => post(nested(32)), () => post(nested(33))],
    [
      'a part of a path',
      '256 characters',
      414,
      () => get(`/clients/${'x'.repeat(200)}`),
      () => get(`/clients/${'x'.repeat(257)}`),
    ],
    [
      '`limit` of a list',
      '1 to 200, 50 if left out',
      400,
      () => get('/clients?limit=200'),
      () => get('/clients?limit=201'),
    ],
  ])('%s: %s', async (what, limit, status, within, beyond) => {
    expect(tableOf('Limits')).toContainEqual([what, limit, String(status)]);
    const [inside, outside] = [await within(), await beyond()];
    expect(outside.status, outside.text).toBe(status);
    expect(outside.text).not.toBe(inside.text);
  });

  function form(bytes: number): Promise<Answer> {
    return service.ask('/token', { form: `username=x&password=${'x'.repeat(bytes - 20)}` });
  }

  function get(path: string): Promise<Answer> {
    return service.ask(path, { token: admin });
  }
});
