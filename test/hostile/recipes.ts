import fc from 'fast-check';
import { bodyOf, contentType, rightBodyOf, type Body } from './bodies.js';
import { hostileText } from './hostile-values.js';
import type { Operation } from './openapi.js';
import { spelling } from './spelling.js';

/** With what token a request comes. */
export type TokenKind = 'none' | 'bad' | 'narrowed' | 'plain' | 'administrator';

/** A request, but for what is known only when it is sent. */
export interface Recipe {
  readonly operation: Operation;
  readonly method: string;
  /** For each parameter in the path; undefined: one that exists. */
  readonly parameters: readonly (string | undefined)[];
  readonly spell: (path: string) => string;
  readonly query: string;
  readonly token: TokenKind;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Body;
  readonly claims: number;
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'SEARCH',
  'BREW',
  'get',
  'PRI',
];

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-Forwarded-For', "127.0.0.1, ' OR 1=1"],
  ['X-Forwarded-Host', 'elsewhere.test'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Original-URL', '/keys'],
  ['Host', 'elsewhere.test'],
  ['Origin', 'null'],
  ['Origin', 'https://elsewhere.test'],
  ['Access-Control-Request-Method', 'POST'],
  ['Range', 'bytes=0-0,5-,-1,9999999999-'],
  ['If-None-Match', '*'],
  ['If-Modified-Since', 'x'],
  ['Accept', 'application/xml'],
  ['Accept', `${'a/b,'.repeat(1_500)}*/*;q=9`],
  ['Accept-Encoding', 'gzip, br;q=0, \xff'],
  ['Content-Encoding', 'gzip'],
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'identity'],
  ['Content-Length', '5'],
  ['Content-Length', '-1'],
  ['Expect', '100-continue'],
  ['Expect', 'nothing'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['Connection', 'keep-alive, upgrade, x'],
  ['User-Agent', `\xff${'u'.repeat(5_000)}`],
  ['User-Agent', "a'b\tc"],
  ['Cookie', 'a=b; '.repeat(500)],
  ['Cookie', 'access_token=x.y.z'],
  ['Last-Event-ID', '-1'],
  ['Last-Event-ID', '99999999999999999999/x'],
  ['Gatehouse-Position', 'x\xff'],
  ['Gatehouse-Position', '1'.repeat(400)],
  ['Authorization', 'Bearer a'],
  ['Authorization', 'Basic Og=='],
  ['Authorization', 'Basic ////'],
  ['Authorization', 'Basic JWZmOiVmZg=='],
  ['Authorization', 'Digest username="a"'],
  ['Authorization', `Bearer ${'a.'.repeat(3_000)}`],
  ['X-Long', 'x'.repeat(20_000)],
  ['bad name', 'x'],
  ['', 'x'],
  ['X-Nul', 'a\0b'],
  ['X-Folded', 'a\r\n b'],
];

/** One request in a hundred or so has this many headers more. */
const MANY = Array.from({ length: 1_500 }, (_, at): [string, string] => [`X-${at}`, 'x']);

const headers = fc.oneof(
  { weight: 90, arbitrary: fc.constant<(readonly [string, string])[]>([]) },
  { weight: 20, arbitrary: fc.array(fc.constantFrom(...HEADERS), { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constant(MANY) },
);

const token: fc.Arbitrary<TokenKind> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('none' as const) },
  { weight: 1, arbitrary: fc.constant('bad' as const) },
  { weight: 1, arbitrary: fc.constant('narrowed' as const) },
  { weight: 1, arbitrary: fc.constant('plain' as const) },
  { weight: 6, arbitrary: fc.constant('administrator' as const) },
);

const parameter = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: hostileText.map(escaped) },
  { weight: 1, arbitrary: fc.constantFrom('me', '%', '%zz', '%00', '%ff', '..', '%2e%2e', '*', ':id', '\xe9', '1') },
);

/** As well as it goes: halves of characters can't be escaped, and are sent as bytes that are no UTF-8. */
function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replaceAll('%EF%BF%BD', '%ED%A0%80').slice(0, 9_000);
}

function queryOf({ query }: Operation): fc.Arbitrary<string> {
  const names = [...query.map(({ name }) => name), 'query', 'access_token', 'limit[]', 'limit[a][b]', '__proto__', 'x'];
  const values = query.flatMap(({ schema }) => (schema.enum ?? []).map(String));
  const value = fc.oneof(fc.constantFrom('', '1', '5', '201', '1e1', 'true', ...values), hostileText.map(escaped));
  const pair = fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name}=${text}`);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    { weight: 5, arbitrary: fc.array(pair, { minLength: 1, maxLength: 4 }).map((pairs) => `?${pairs.join('&')}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('?', '?%', '?%ff=%ff', '?a=%00', '?&&&', `?${'a=b&'.repeat(3_000)}`, '?='),
    },
  );
}

function recipeOf(operation: Operation): fc.Arbitrary<Recipe> {
  const right = operation.isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const count = operation.path.match(/\{/g)?.length ?? 0;
  return fc
    .record({
      method: fc.oneof(
        { weight: 14, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      parameters: fc.array(parameter, { minLength: count, maxLength: count }),
      spell: spelling,
      query: queryOf(operation),
      token,
      headers,
      type: contentType(right),
      body: bodyOf(operation),
      claims: fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-3, 10) }),
    })
    .map(({ type, headers: more, ...recipe }) => ({
      ...recipe,
      operation,
      headers: type === undefined ? more : [['Content-Type', type] as const, ...more],
    }));
}

/** The operation asked as it is meant, by an administrator. */
function rightRecipeOf(operation: Operation): fc.Arbitrary<Recipe> {
  const query = operation.requiredQuery.map(([name, example]) => `${name}=${encodeURIComponent(example)}`);
  return rightBodyOf(operation).map((body) => ({
    operation,
    method: operation.method,
    parameters: (operation.path.match(/\{/g) ?? []).map(() => undefined),
    spell: (path) => path,
    query: query.length ? `?${query.join('&')}` : '',
    token: 'administrator',
    headers: [['Content-Type', operation.isForm ? 'application/x-www-form-urlencoded' : 'application/json']],
    body,
    claims: 0,
  }));
}

/** How often an operation comes, against others: what changes much at once would leave the others nothing to work on. */
function weightOf({ method, path }: Operation): number {
  if (path === '/keys/rotate' || `${method} ${path}` === 'DELETE /users/me/sessions') return 1;
  if (method === 'DELETE') return 4;
  return method === 'GET' && !path.includes('{') ? 5 : 10;
}

/**
 * So many requests to these operations, right and wrong, and among them one to each as it is meant: so that there is something
 * for the others to work on. Of one seed always the same.
 */
export function recipes(operations: readonly Operation[], seed: number, count: number): Recipe[] {
  const any = fc.oneof(
    ...operations.map((operation) => ({ weight: weightOf(operation), arbitrary: recipeOf(operation) })),
  );
  const hostile = fc.sample(any, { seed, numRuns: count });
  const right = fc.sample(fc.tuple(...operations.map(rightRecipeOf)), { seed, numRuns: 1 }).flat();
  const places = fc.sample(fc.nat(count), { seed, numRuns: right.length });
  right.forEach((recipe, at) => hostile.splice(places[at]!, 0, recipe));
  return hostile;
}
