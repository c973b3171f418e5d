import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { APACHE, APACHE_MODULES } from './debian.js';
import { freePort } from './postgres-server.js';

/** A real Apache that serves a few texts, and says in the header `X-User` whom it takes somebody for. */
export interface Apache {
  readonly url: string;
  /** What it has logged so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'oauth2'];

/**
 * Starts one on the loopback interface, and waits until it answers.
 *
 * @param texts what it serves, by path
 * @param configuration what it does beside that
 */
export async function startApache(texts: Readonly<Record<string, string>>, configuration: string): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-apache-'));
  const [documents, errors] = [join(folder, 'documents'), join(folder, 'errors')];
  const port = await freePort();
  // Its children are nobody in particular, and read this.
  await chmod(folder, 0o755);
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(documents, path)), { recursive: true });
    await writeFile(join(documents, path), text);
  }
  const lines = [
    `ServerRoot ${folder}`,
    `DefaultRuntimeDir ${folder}`,
    `PidFile ${join(folder, 'pid')}`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    ...MODULES.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`),
    // A connection that is kept may be closed just as the next request is sent on it.
    'KeepAlive Off',
    'ServerLimit 1',
    'StartServers 1',
    'ThreadsPerChild 8',
    'MaxRequestWorkers 8',
    'MinSpareThreads 1',
    'MaxSpareThreads 8',
    `ErrorLog ${errors}`,
    `DocumentRoot ${documents}`,
    'Header set X-User "expr=%{REMOTE_USER}"',
    configuration,
  ];
  const file = join(folder, 'apache.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(APACHE, ['-D', 'FOREGROUND', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const log = async (): Promise<string> => said + (await readFile(errors, 'utf8').catch(() => ''));
  const answers = (): Promise<boolean> =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await vi.waitUntil(async () => child.exitCode !== null || (await answers()), { timeout: 30_000, interval: 50 });
  if (child.exitCode !== null) throw new Error(`Apache ended with ${child.exitCode}: ${await log()}`);
  return {
    url,
    log,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
