import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './support/postgres-server.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const run = promisify(execFile);

/** A copy of an example, with the packages of this project and, in the place of ours, what would be published. */
describe('the examples, with the packed package', () => {
  let folder: string;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-examples-'));
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const modules = join(folder, 'node_modules');
    await mkdir(modules);
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
    }
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    const { stdout } = await run('npm', pack, { cwd: ROOT, shell: process.platform === 'win32' });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await run('tar', ['xzf', filename], { cwd: folder });
    await cp(join(folder, 'package'), join(modules, 'nest-gatehouse'), { recursive: true });
  });
  afterAll(async () => {
    for (const undo of cleanUp.toReversed()) await undo();
  });

  /** Builds an example and starts it; answers its address and what it has printed. */
  async function start(name: string, env: Record<string, string> = {}): Promise<{ url: string; output: () => string }> {
    await cp(join(ROOT, 'examples', name), join(folder, name), { recursive: true });
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: join(folder, name) });
    const port = await freePort();
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: join(folder, name),
      env: { PATH: process.env['PATH'], PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit');
    cleanUp.push(async () => {
      child.kill('SIGTERM');
      expect((await exited)[1], output).toBe('SIGTERM');
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() => (child.exitCode === null ? isThere(url) : `ended: ${output}`), { timeout: 30_000, interval: 100 })
      .toBe(true);
    return { url, output: () => output };
  }

  it('departments-open lets everybody in', async () => {
    const { url } = await start('departments-open');
    expect(await (await fetch(`${url}/finance/data`)).text()).toBe('finance_data');
  });

  it('departments-embedded lets in who may, and has padlocks in its own documentation', async () => {
    const { url, output } = await start('departments-embedded', { APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa' });
    expect((await fetch(`${url}/finance/data`)).status).toBe(401);
    const password = /^ {2}admin +(\w{24}) /m.exec(output())![1]!;
    const body = new URLSearchParams({ username: 'admin', password });
    const login = await fetch(`${url}/auth/token`, { method: 'POST', body });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const admitted = await fetch(`${url}/finance/data`, { headers: { authorization: `Bearer ${token}` } });
    expect(await admitted.text()).toBe('finance_data');
    const document: any = await (await fetch(`${url}/docs-json`)).json();
    expect(document.paths['/finance/data'].get.security).toEqual([{ gatehouse: ['data:finance'] }]);
  });

  it('departments-embedded is what docs/embed.md shows', async () => {
    const page = await readFile(join(ROOT, 'docs/embed.md'), 'utf8');
    for (const file of ['app.module.ts', 'departments.ts']) {
      const source = await readFile(join(ROOT, 'examples/departments-embedded/src', file), 'utf8');
      const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
      expect(
        shown.some((code) => source.startsWith(code)),
        file,
      ).toBe(true);
    }
  });

  it('differ by few lines', async () => {
    const args = ['-r', '-U0', 'departments-open/src', 'departments-embedded/src'];
    const { stdout } = await run('diff', args, { cwd: join(ROOT, 'examples') }).catch(
      (error: unknown) => error as { stdout: string },
    );
    const changed = stdout.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(40);
  });
});

async function isThere(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
