// `npm run bench`: what the service does a second, and what guarding costs. docs/performance.md says how and why.
//
//   npm run bench [-- --full] [--only <part>,<part>] [--profile <folder>] [--json] [--document]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { BenchRun } from './bench-run.mjs';
import { installPeers } from './install-peers.mjs';
import { measureAdministration } from './parts/administration.mjs';
import { measureFloor } from './parts/floor.mjs';
import { measureGuarded } from './parts/guarded.mjs';
import { measureGuards } from './parts/guards.mjs';
import { measureIntrospection } from './parts/introspection.mjs';
import { measureIssue } from './parts/issue.mjs';
import { measureLogins } from './parts/logins.mjs';
import { measurePermissions } from './parts/permissions.mjs';
import { measureSessions } from './parts/sessions.mjs';
import { measureStorm } from './parts/storm.mjs';
import { leaveServerCore, placement } from './processes.mjs';
import { markdown, printTable } from './report.mjs';

/** In the order in which they are measured: the one that fills the registry after those that share its service. */
const PARTS = {
  floor: measureFloor,
  introspection: measureIntrospection,
  sessions: measureSessions,
  guarded: measureGuarded,
  issue: measureIssue,
  permissions: measurePermissions,
  guards: measureGuards,
  logins: measureLogins,
  storm: measureStorm,
  administration: measureAdministration,
};

/** Those that take so long that they are measured only when they are named. */
const ON_DEMAND = new Set(['administration']);

/** Those that compare with packages which aren't among ours. */
const WITH_PEERS = new Set(['sessions', 'issue', 'guards', 'logins']);

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    // What is left out of `--full`, and the default; there so that scripts can say what they mean.
    quick: { type: 'boolean', default: false },
    only: {
      type: 'string',
      default: Object.keys(PARTS)
        .filter((name) => !ON_DEMAND.has(name))
        .join(','),
    },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    // Writes the table into docs/performance.md.
    document: { type: 'boolean', default: false },
  },
});
const rounds = options.full ? 11 : 5;
const seconds = options.full ? 4 : 1.5;

/** @throws Error that names the parts there are */
function wantedParts() {
  const wanted = options.only.split(',');
  const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}.`);
  }
  return Object.entries(PARTS).filter(([name]) => wanted.includes(name));
}

/** A part that fails doesn't take the figures of the others with it. */
async function measureAll(run, parts) {
  const rows = [];
  const failed = [];
  for (const [index, [part, measure]] of parts.entries()) {
    run.say(`${part} (part ${index + 1} of ${parts.length})`);
    try {
      const measured = await run.measure(measure);
      rows.push(...measured.map((row) => ({ part, ...row })));
    } catch (error) {
      console.error(error);
      failed.push(part);
    }
  }
  return { rows, failed };
}

/** Keeps the figures, and shows them. */
async function publish(report, run) {
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else printTable(report.rows);
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `${report.at.replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  run.say(`written to ${file}`);
  if (report.failed.length > 0) {
    throw new Error(`Failed, and missing in the table: ${report.failed.join(', ')}. Why is said above.`);
  }
  if (!options.document) return;
  await document(report);
  run.say('written into docs/performance.md');
}

/** Puts the table in the place of the former one. */
async function document(report) {
  const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split('<!-- bench:begin -->');
  const after = rest.split('<!-- bench:end -->')[1];
  const table = await format(markdown(report), { parser: 'markdown' });
  await writeFile(page, `${before}<!-- bench:begin -->\n\n${table}\n<!-- bench:end -->${after}`);
}

const run = new BenchRun({ rounds, seconds, profile: options.profile });
try {
  const parts = wantedParts();
  if (parts.some(([name]) => WITH_PEERS.has(name))) {
    installPeers({ partsWithout: Object.keys(PARTS).filter((name) => !WITH_PEERS.has(name)) });
  }
  await ensureBuilt();
  leaveServerCore();
  run.say(placement);
  await run.open();
  const measured = await measureAll(run, parts);
  const report = {
    at: new Date().toISOString(),
    node: process.version,
    processor: cpus()[0]?.model,
    placement,
    mode: options.full ? 'full' : 'quick',
    rounds,
    seconds,
    ...measured,
  };
  await publish(report, run);
} catch (error) {
  // What went wrong on the way has been shown with its stack; what is left is for whoever gave the command.
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await run.close();
}
