import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadPoolSize } from '../scripts/thread-pool.mjs';
import { coresOf, freePort, start, stop } from './processes.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const routes = new URL('./routes.mjs', import.meta.url).href;

/** Longer than a first start takes on a slow machine. Milliseconds. */
const PATIENCE = 60_000;

/**
 * Starts the built service as in production, on a core of its own. The log is on and goes nowhere.
 *
 * @param {{ databaseUrl: string, algorithm?: 'RS256' | 'ES256', profile?: string, core?: string, bcryptCost?: number }} options
 *   profile: a folder for the processor profile that is written when it ends
 */
export async function startService({ databaseUrl, algorithm = 'RS256', profile, core = 'server', bcryptCost = 10 }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const appSecret = randomBytes(32).toString('base64url');
  // An empty folder: no .env of the project's, and nothing is left behind.
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-service-'));
  const child = start({
    core,
    program: main,
    flags: ['--import', routes, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])],
    cwd: folder,
    quiet: true,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(port),
      PUBLIC_URL: url,
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      APP_SECRET: appSecret,
      TOKEN_ALGORITHM: algorithm,
      DEMO: 'on',
      // The demo people log in, and do what is measured.
      REQUIRE_PASSWORD_CHANGE: 'off',
      // Where nobody logs in, the passwords of the demo people needn't take seconds to hash.
      BCRYPT_COST: String(bcryptCost),
      UV_THREADPOOL_SIZE: String(threadPoolSize(coresOf(core))),
      ...(process.env.LOG_LEVEL && { LOG_LEVEL: process.env.LOG_LEVEL }),
    },
  });
  const service = {
    port,
    url,
    appSecret,
    pid: child.pid,
    async stop() {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await ready(service, child);
  return service;
}

async function ready(service, child) {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const response = await fetch(`${service.url}/health/ready`).catch(() => undefined);
    if (response?.ok) return;
    if (child.exitCode !== null || performance.now() > deadline) {
      await service.stop();
      throw new Error(`The service did not start:\n${child.said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
