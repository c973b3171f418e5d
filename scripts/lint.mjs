// `npm run lint`: types, lint rules, format, dependency rules. All at once, a line for each.
import './require-node.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { runInstalled, secondsSince } from './run.mjs';

const checks = {
  types: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.check.json'],
  'lint rules': ['oxlint/bin/oxlint', '--deny-warnings'],
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  'dependency rules': ['dependency-cruiser/bin/dependency-cruise.mjs', '--no-progress', 'src'],
};

await ensureInstalled();

const passed = await Promise.all(
  Object.entries(checks).map(async ([name, [program, ...args]]) => {
    const start = performance.now();
    const { code, output } = await runInstalled(program, args, { quiet: true });
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${secondsSince(start)}`);
    if (code !== 0) console.error(output);
    return code === 0;
  }),
);

process.exitCode = passed.every(Boolean) ? 0 : 1;
