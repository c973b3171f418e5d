import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Page } from './pages.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');

/** What the packages are that pages import: the sources, which are what would be published. */
const PACKAGES = {
  'nest-gatehouse': [join(ROOT, 'src/index.ts')],
  'nest-gatehouse-client': [join(ROOT, 'src/client/index.ts')],
  'nest-gatehouse-client/nest': [join(ROOT, 'src/client/nest.ts')],
};

/** The languages of blocks that are compiled. */
export const COMPILED: readonly string[] = ['ts', 'typescript', 'js'];

/**
 * Compiles the programs in pages, as strictly as the project itself, and answers what the compiler says. A block that
 * begins with a comment such as `// express.ts` is that file, and its neighbours in the page can import it. What a
 * fragment takes from around it stands in a comment above it: `<!-- given: … -->`.
 */
export function compileBlocks(pages: readonly Page[]): string[] {
  const files = new Map<string, { text: string; where: string }>();
  for (const { name, blocks } of pages) {
    for (const { language, code, line, note } of blocks) {
      if (!COMPILED.includes(language) || /^(not run: |tested by )/.test(note ?? '')) continue;
      const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `line-${line}.ts`;
      const folder = file.startsWith('src/') ? ROOT : join(ROOT, '.pages', name.replaceAll(/\W/g, '-'));
      const given = /^given:\s([^]*)$/.exec(note ?? '')?.[1] ?? '';
      files.set(join(folder, file).replaceAll('\\', '/'), {
        text: `${given}\n${code}\nexport {};`,
        where: `${name}:${line}`,
      });
    }
  }
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    ROOT,
  );
  delete options.rootDir;
  delete options.tsBuildInfoFile;
  Object.assign(options, { noEmit: true, incremental: false, noUnusedLocals: false, paths: PACKAGES });
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))));
  // Names aren't looked for in folders that aren't there.
  host.directoryExists = (path) => folders.has(path) || ts.sys.directoryExists(path);
  host.fileExists = (path) => files.has(path) || exists(path);
  host.getSourceFile = (path, language, ...rest) => {
    const file = files.get(path);
    return file ? ts.createSourceFile(path, file.text, language) : readSource(path, language, ...rest);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, { where }]) => {
    const source = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}
