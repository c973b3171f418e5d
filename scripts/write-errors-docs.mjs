// Writes into docs/errors.md, between its marks, every sentence that the service refuses a request with: from the code.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const PAGE = 'docs/errors.md';
const FOLDERS = ['src/server', 'src/access', 'src/policy', 'src/validity'];

/** What `error-answer.ts` and `oauth-error.filter.ts` make of them; the test compares these with the filters’ answers. */
export const DOMAIN_STATUS = {
  overloaded: 503,
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  unprocessable: 422,
  forbidden: 403,
  'precondition-failed': 412,
  'too-many': 429,
  closed: 403,
  'recent-login-required': 403,
};

/** The page with the sentences in their place. */
export function errorsPage() {
  const page = readFileSync(PAGE, 'utf8');
  const [, before, after] = /^([^]*<!-- sentences:begin -->\n)[^]*(\n<!-- sentences:end -->[^]*)$/.exec(page);
  return `${before}\n${list()}${after}`;
}

/** Every refusal in the code: its status, its code where it has one, and what it says, with … for what is filled in. */
export function refusals() {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file)).replaceAll('\\', '/')),
  ).filter((file) => /(?<!\.test|\.test-d)\.ts$/.test(file));
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const found = [];
    const visit = (node) => {
      const refusal = readRefusal(node);
      if (refusal) found.push({ ...refusal, file });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function readRefusal(node) {
  if (ts.isNewExpression(node)) return thrown(node);
  if (ts.isCallExpression(node)) return malformed(node) ?? ofField(node);
  return ts.isObjectLiteralExpression(node) ? answered(node) : undefined;
}

/** `new OAuthError(code, sentence)` and `new DomainError(code, sentence)`. */
function thrown({ expression, arguments: values }) {
  const kind = expression.getText();
  if (!['OAuthError', 'DomainError'].includes(kind)) return undefined;
  const code = textOf(values[0]);
  const status = kind === 'DomainError' ? DOMAIN_STATUS[code] : code === 'invalid_client' ? 401 : 400;
  // Where the code is computed, so is the sentence, from others that are listed.
  if (status === undefined) return undefined;
  return { status, code: kind === 'OAuthError' ? code : undefined, sentence: textOf(values[1]) };
}

/** `requestMalformed(sentence)`. */
function malformed({ expression, arguments: values }) {
  return expression.getText() === 'requestMalformed'
    ? { status: 400, code: undefined, sentence: textOf(values[0]) }
    : undefined;
}

/** `fieldError(code, path, sentence)`. */
function ofField({ expression, arguments: values }) {
  if (expression.getText() !== 'fieldError') return undefined;
  return { status: DOMAIN_STATUS[textOf(values[0])], code: undefined, sentence: textOf(values[2]) };
}

/** `{ status: 400, detail: 'sentence' }`. */
function answered({ properties }) {
  const valueOf = (name) => properties.find((property) => property.name?.getText() === name);
  const status = Number(valueOf('status')?.initializer?.getText());
  const detail = valueOf('detail');
  if (!status || !detail) return undefined;
  const sentence = textOf(ts.isShorthandPropertyAssignment(detail) ? detail.name : detail.initializer);
  return sentence === undefined ? undefined : { status, code: undefined, sentence };
}

/** The value of the constant of this name that stands in a function around it. */
function constant(node) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope)) continue;
    for (const statement of scope.statements.filter(ts.isVariableStatement)) {
      const [{ name, initializer }] = statement.declarationList.declarations;
      if (name.getText() === node.getText()) return initializer;
    }
  }
  return undefined;
}

/** What a text says, with … where something is filled in; undefined where it isn’t written there. */
function textOf(node) {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) return textOf(constant(node));
  if (ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map(({ expression, literal }) => `${limit(expression) ?? '…'}${literal.text}`);
    return [node.head.text, ...rest].join('');
  }
  if (ts.isBinaryExpression(node)) return `${textOf(node.left)}${textOf(node.right)}`;
  return undefined;
}

/** A number that stands as a constant at the top of the file, or as a member of an imported one. */
function limit(node) {
  if (ts.isPropertyAccessExpression(node)) return importedLimit(node);
  const declared = node
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .map(({ declarationList }) => declarationList.declarations[0])
    .find(({ name }) => name.getText() === node.getText());
  return /^[\d_]+$/.exec(declared?.initializer?.getText() ?? '')?.[0].replaceAll('_', '');
}

/** `PASSWORD_LENGTH.least`. */
function importedLimit(node) {
  const [object, member] = [node.expression.getText(), node.name.getText()];
  const source = node.getSourceFile();
  const from = source.statements
    .filter(ts.isImportDeclaration)
    .find(({ importClause }) => importClause?.namedBindings?.elements?.some(({ name }) => name.text === object))
    ?.moduleSpecifier.text.replace(/\.js$/, '.ts');
  if (!from?.startsWith('.')) return undefined;
  const text = readFileSync(join(dirname(source.fileName), from), 'utf8');
  return new RegExp(`const ${object} = \\{.*\\b${member}: ([\\d_]+)`).exec(text)?.[1].replaceAll('_', '');
}

function list() {
  const lines = refusals()
    .filter(({ sentence }) => sentence !== undefined && sentence !== '….')
    .map(
      ({ status, code, sentence }) => `- ${status}${code ? ` \`${code}\`` : ''}: ${sentence.replaceAll('<', '\\<')}\n`,
    );
  return [...new Set(lines)].toSorted().join('');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(PAGE, errorsPage());
