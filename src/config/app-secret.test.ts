import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeAppSecret } from './app-secret.js';

describe('the secret made in development', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'app-secret-')), 'data');
  });

  afterEach(async () => {
    await rm(join(dataDir, '..'), { recursive: true });
  });

  it('is made once and kept', async () => {
    const secret = await readOrMakeAppSecret(dataDir);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await readOrMakeAppSecret(dataDir)).toBe(secret);
    expect(await readFile(join(dataDir, 'app-secret'), 'utf8')).toBe(`${secret}\n`);
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner only', async () => {
    await readOrMakeAppSecret(dataDir);
    expect((await stat(join(dataDir, 'app-secret'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it('is the same for all that start at once, and nothing else stays in the folder', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => readOrMakeAppSecret(dataDir)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['app-secret']);
  });

  it('is not replaced when the file is bad', async () => {
    await readOrMakeAppSecret(dataDir);
    const file = join(dataDir, 'app-secret');
    await writeFile(file, 'short\n');
    await expect(readOrMakeAppSecret(dataDir)).rejects.toThrow(`${file} holds no secret of at least 32 bytes`);
    expect(await readFile(file, 'utf8')).toBe('short\n');
  });

  it('names the setting when the folder can not be used', async () => {
    await writeFile(dataDir, 'a file');
    await expect(readOrMakeAppSecret(dataDir)).rejects.toThrow(
      'DATA_DIR must be a folder that the service may write to',
    );
  });
});
