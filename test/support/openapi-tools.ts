import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the tools are installed, and their rules are kept. */
export const TOOLS = resolve(fileURLToPath(import.meta.url), '../../openapi-tools');

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The programs of the packages. */
const PROGRAMS = {
  spectral: '@stoplight/spectral-cli/dist/index.js',
  redocly: '@redocly/cli/bin/cli.js',
  'openapi-typescript': 'openapi-typescript/bin/cli.js',
} as const;

/**
 * Installs the tools unless they are there in the versions that are asked for. They are no dependencies of ours: they
 * bring hundreds of packages that nothing else needs.
 */
export async function installTools(): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(TOOLS, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const wanted = await Promise.all(Object.entries(dependencies).map(([name, version]) => isInstalled(name, version)));
  if (wanted.every(Boolean)) return;
  const args = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, stderr } = await run('npm', args);
  if (code !== 0) {
    throw new Error(`The tools that judge the OpenAPI document could not be installed; npm’s own words:\n${stderr}`);
  }
}

async function isInstalled(name: string, version: string): Promise<boolean> {
  const file = join(TOOLS, 'node_modules', name, 'package.json');
  return existsSync(file) && (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version === version;
}

/** Runs a tool, in its folder, without the network. */
export function runTool(tool: keyof typeof PROGRAMS, args: readonly string[], input = ''): Promise<Ended> {
  const program = join(TOOLS, 'node_modules', PROGRAMS[tool]);
  return run(process.execPath, ['--import', './no-network.mjs', program, ...args], input);
}

/** Reads YAML, by the parser that the tools bring. */
export async function readYaml(name: string): Promise<any> {
  const { load } = createRequire(join(TOOLS, 'package.json'))('js-yaml') as { load: (text: string) => unknown };
  return load(await readFile(join(TOOLS, name), 'utf8'));
}

function run(command: string, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((done, fail) => {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' };
    const child = spawn(command, args, { cwd: TOOLS, env, stdio: 'pipe', shell: process.platform === 'win32' });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}
