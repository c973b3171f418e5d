import fc from 'fast-check';
import { hostileBytes, hostileText, hostileValue } from './hostile-values.js';
import type { Operation } from './openapi.js';

/** What a body needs to be right, known only when it is sent. */
export interface Credentials {
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A body that is made when it is sent. */
export type Body = (credentials: Credentials) => Buffer | undefined;

/** The content types that belong to a body, and many that don't. */
const CONTENT_TYPES = [
  undefined,
  '',
  'application/json; charset=utf-16',
  'application/json;charset="utf-8";a=b',
  'APPLICATION/JSON',
  'application/x-www-form-urlencoded; charset=latin1',
  'application/xml',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/json, application/json',
  'application/merge-patch+json',
  '*/*',
  'x',
  ';',
  `application/${'j'.repeat(3_000)}`,
  'application/json\xff',
];

/** A content type: mostly the one that is meant. */
export function contentType(right: string): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 18, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: fc.constantFrom('application/json', 'application/x-www-form-urlencoded') },
    { weight: 1, arbitrary: fc.constantFrom(...CONTENT_TYPES) },
  );
}

/** A body that the operation takes, as far as the document tells. */
export function rightBodyOf({ example, isForm, method, path }: Operation): fc.Arbitrary<Body> {
  if (isForm) return fc.constant<Body>((credentials) => encoded(filled(FORMS[path]![0]!, credentials)));
  if (example === undefined) return fc.constant<Body>(() => undefined);
  return suffix.map((ending) => constant(JSON.stringify(named(example, `${method} ${path}`, ending))));
}

/** A body for the operation: what it takes, the same made wrong, or anything. */
export function bodyOf({ example, fields, isForm, method, path }: Operation): fc.Arbitrary<Body> {
  const raw: fc.Arbitrary<Body> = fc.oneof(
    hostileBytes.map((bytes) => () => bytes),
    fc.constantFrom('', '{', 'null', '[]', '"x"', '{"a":1,"a":2}', '{"__proto__":{"x":1}}', 'a=b').map(constant),
    fc.constantFrom(40, 20_000).map((depth) => constant('['.repeat(depth))),
    fc.constantFrom(31_000, 100_000, 270_000).map((size) => constant(JSON.stringify({ name: 'x'.repeat(size) }))),
    fc.constantFrom(50, 22_000).map((count) => constant(JSON.stringify(Object.fromEntries(numbered(count))))),
    fc.constantFrom(50, 3_000).map((count) => constant(new URLSearchParams(numbered(count)).toString())),
  );
  if (isForm) return fc.oneof({ weight: 8, arbitrary: formOf(path) }, { weight: 1, arbitrary: raw });
  if (example === undefined) {
    return fc.oneof({ weight: 8, arbitrary: fc.constant<Body>(() => undefined) }, { weight: 1, arbitrary: raw });
  }
  return fc.oneof(
    { weight: 8, arbitrary: jsonOf(example, fields, `${method} ${path}`) },
    { weight: 1, arbitrary: raw },
  );
}

function constant(text: string): Body {
  return () => Buffer.from(text);
}

function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, at) => [`f${at}`, '1']);
}

const suffix = fc.integer({ min: 0, max: 2 ** 31 });

/** Where `name` is what a thing is known by. */
const NAMES_IT = new Set(['POST /groups', 'POST /roles', 'POST /permissions']);

/** The example with names of its own, so that it can be made more than once. */
function named(example: unknown, operation: string, ending: number): Record<string, unknown> {
  const body: Record<string, unknown> = { ...(example as object) };
  for (const name of ['username', 'clientId']) if (name in body) body[name] = `h${ending}`;
  if ('email' in body) body['email'] = `h${ending}@example.com`;
  if ('audience' in body) body['audience'] = `https://h${ending}.example`;
  if (NAMES_IT.has(operation)) body['name'] = `${String(body['name'])}-h${ending}`;
  return body;
}

/** The example, perhaps with something wrong. */
function jsonOf(example: unknown, fields: readonly string[], operation: string): fc.Arbitrary<Body> {
  const wrong = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom('x', ...fields), hostileValue).map(([name, value]) => ({ [name]: value })),
    },
    { weight: 1, arbitrary: fc.dictionary(hostileText, hostileValue, { maxKeys: 3 }) },
  );
  const left = fc.oneof(
    { weight: 6, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.subarray(Object.keys(example as object)) },
  );
  return fc.tuple(suffix, wrong, left).map(([ending, extra, without]) => {
    const body = named(example, operation, ending);
    for (const name of without) delete body[name];
    return constant(JSON.stringify({ ...body, ...extra }));
  });
}

/** By path, forms that are well-formed, of which the first is right; `$password` and the like are filled in when they are sent. */
const FORMS: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  '/token': [
    { username: 'frank', password: '$password' },
    { grant_type: 'password', username: 'FRANK', password: '$password', scope: 'finance:read' },
    { grant_type: 'refresh_token', refresh_token: '$refreshToken' },
    { grant_type: 'client_credentials', client_id: 'shop', client_secret: 'x' },
    { username: 'frank', password: 'wrong' },
  ],
  '/revoke': [{ token: '$refreshToken' }, { token: '$accessToken', token_type_hint: 'access_token' }],
  '/introspect': [{ token: '$accessToken' }, { token: 'x' }],
};

const PARAMETERS = [
  'username',
  'password',
  'grant_type',
  'scope',
  'client_id',
  'client_secret',
  'resource',
  'refresh_token',
  'token',
  'token_type_hint',
  '__proto__',
  'username[]',
  'username[$ne]',
];

function formOf(path: string): fc.Arbitrary<Body> {
  const pair = fc.tuple(fc.oneof(fc.constantFrom(...PARAMETERS), hostileText), hostileText);
  const more = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 3, arbitrary: fc.array(pair, { maxLength: 3 }) },
  );
  const right = fc.constantFrom(...FORMS[path]!);
  return fc
    .tuple(right, more, fc.boolean(), fc.constantFrom('', '', '', '', '&', '&=', '&%', '&a=%ff', '&%00=1'))
    .map(([form, extra, replaces, rest]): Body => (credentials) => {
      const fields = filled(form, credentials);
      const pairs = replaces ? [...new Map([...fields, ...extra])] : [...fields, ...extra];
      return encoded(pairs, rest);
    });
}

function filled(form: Readonly<Record<string, string>>, credentials: Credentials): [string, string][] {
  return Object.entries(form).map(([name, value]) => [
    name,
    value.startsWith('$') ? credentials[value.slice(1) as keyof Credentials] : value,
  ]);
}

function encoded(pairs: [string, string][], rest = ''): Buffer {
  return Buffer.from(new URLSearchParams(pairs).toString() + rest);
}
