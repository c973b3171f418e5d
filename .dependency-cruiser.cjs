// The house rule of docs/architecture.md: dependencies run one way. Tests may import anything.

const TESTS = '\\.test(-d)?\\.ts$';

/** A folder of src/ that may import itself and the given folders of src/. */
const folder = (name, ...allowed) => ({
  name: `${name} → ${allowed.join(', ') || 'itself only'}`,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: TESTS },
  to: { path: '^src/', pathNot: `^src/(${[name, ...allowed].join('|')})/` },
});

/** A folder of src/ that may import nothing from outside of src/ but what the patterns name. */
const outside = (name, ...allowed) => ({
  name: `${name}: from outside ${allowed.length > 0 ? 'only what is listed' : 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: TESTS },
  to: { path: '.', pathNot: ['^src/', ...allowed] },
});

module.exports = {
  forbidden: [
    folder('policy'),
    outside('policy'),

    folder('validity', 'policy'),
    outside('validity', '^(node:)?crypto$'),

    folder('access', 'validity', 'policy'),
    outside('access', 'node_modules/(@nestjs|rxjs|reflect-metadata)/'),

    folder('client', 'access', 'validity', 'policy'),
    outside('client', '^(node:)?(crypto|https?|timers/promises)$', 'node_modules/@nestjs/common/'),
    {
      name: 'client/index.ts: no Nest',
      comment: 'Applications on Express, Fastify or anything else install it without Nest.',
      severity: 'error',
      from: { path: '^src/client/index\\.ts$' },
      to: { path: '^src/access/|node_modules/@nestjs/', reachable: true },
    },
    folder('config'),
    folder('server', 'access', 'validity', 'policy', 'config'),
    folder('cli', 'server', 'config'),
    {
      name: 'only cli.ts → cli',
      comment: 'What it does is done in server/console/, and can be done without a terminal.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '^src/cli\\.ts$', TESTS] },
      to: { path: '^src/cli/' },
    },
    folder('embed', 'server', 'client', 'access', 'validity', 'policy', 'config'),
    folder('demo', 'access', 'policy', 'server/database'),

    {
      name: 'only app.module.ts → demo',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/demo/', '^src/app\\.module\\.ts$', TESTS] },
      to: { path: '^src/demo/' },
    },
    {
      name: 'no circles',
      comment: 'Under ESM a circle shows as "Cannot access before initialization". Types are gone by then.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing that is not there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'only declared packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no development packages at run time',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      // A peer is there at run time, and is named for development too, by its exact version.
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
        pathNot: 'node_modules/@types/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Sees imports of types too, which the compiler takes away.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
