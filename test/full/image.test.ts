import { chown, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Image, whyNoImage } from '../support/image.js';
import { freePort } from '../support/postgres-server.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const whyNot = whyNoImage();
// Aloud: whoever reads the output must not take it for checked.
if (whyNot) process.stdout.write(`The image isn’t tried: ${whyNot}.\n`);

/** The user `node` of the base image. */
const NODE = 1000;
/** What the service may take with its packages, in MB: a compiler or a test runner that slips in is more. */
const MOST_MEGABYTES = 230;

describe.skipIf(whyNot)('the image, each step of the Dockerfile carried out by hand', () => {
  let image: Image;
  let volume: string;
  beforeAll(async () => {
    image = await Image.build(ROOT);
    volume = await mkdtemp(join(tmpdir(), 'gatehouse-volume-'));
    await chown(volume, NODE, NODE);
  }, 600_000);
  afterAll(async () => {
    await image?.remove();
    if (volume) await rm(volume, { recursive: true, force: true });
  });

  it('has what running needs and nothing more', async () => {
    expect((await readdir(join(image.root, 'app'))).toSorted()).toEqual(['dist', 'node_modules', 'package.json']);
    const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean }>;
    };
    const there = new Set(await readdir(join(image.root, 'app/node_modules'), { recursive: true }));
    const has = (path: string) => there.has(path.slice('node_modules/'.length));
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    expect(entries.filter(([path, { dev }]) => dev && has(path)).map(([path]) => path)).toEqual([]);
    const needed = entries.filter(([, { dev, devOptional, optional }]) => !dev && !devOptional && !optional);
    expect(needed.filter(([path]) => !has(path)).map(([path]) => path)).toEqual([]);
    const built = await readdir(join(image.root, 'app/dist'), { recursive: true });
    expect(built.filter((file) => /\.test\.|\.env/.test(file))).toEqual([]);
  });

  it(`takes less than ${MOST_MEGABYTES} MB beside its base`, async () => {
    const megabytes = Number((await image.execute(['du', '-sm', '/app'])).split('\t')[0]);
    process.stdout.write(`the image takes ${megabytes} MB beside its base\n`);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  it('isn’t run by root, and whoever runs it can change nothing of the program', async () => {
    expect(image.config.user).toBe('node');
    expect(await image.execute(['id', '-u'])).toBe(`${NODE}\n`);
    expect(
      await image.execute(['find', '/app', '(', '-writable', '-o', '-user', 'node', ')', '-not', '-type', 'l']),
    ).toBe('');
    expect((await stat(join(image.root, 'data'))).uid).toBe(NODE);
  });

  it('serves on a read-only root, is healthy, logs in, and ends with SIGTERM', async () => {
    const port = String(await freePort());
    const env = {
      PORT: port,
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
      INITIAL_ADMIN_PASSWORD: 'Hd7-plum-Kettle',
    };
    const isHealthy = () => image.execute(image.config.healthcheck, { PORT: port });
    await expect(isHealthy()).rejects.toThrow('Command failed');

    const started = image.start(env, volume);
    try {
      await started.printed('Server listening at');
      await isHealthy();
      const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok' }]);
      const body = new URLSearchParams({ username: 'admin', password: 'Hd7-plum-Kettle' });
      expect((await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', body })).status).toBe(200);
      // As in production: no demo, no Swagger UI.
      expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(404);
    } finally {
      await started.signal('SIGTERM');
    }
    const asked = performance.now();
    expect(await started.exit, started.output()).toBe(0);
    // Docker waits for 10 s before it kills.
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(await readdir(volume)).toContain('postgres');
  }, 180_000);

  it('says what is missing where there is no APP_SECRET', async () => {
    const started = image.start({ PORT: '0' }, volume);
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(/^APP_SECRET is not set; /m);
  });
});
