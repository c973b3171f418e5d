import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.js';
import { SettingsError } from './setting.js';

describe('the settings of the environment and the file', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'read-settings-'));
    file = join(folder, '.env');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('come with what looks odd in the file', async () => {
    await writeFile(file, 'PORT=9000\nHOTS=::1\n');
    const { settings, warnings } = readSettings({}, file);
    expect(settings).toMatchObject({ port: 9000, host: '127.0.0.1' });
    expect(warnings).toEqual([`${file} sets HOTS, which is no setting; did you mean HOST?`]);
  });

  it('when they are wrong, what looks odd in the file is said too, since it is often why', async () => {
    await writeFile(file, 'NODE_ENV=production\nAPP_SECRT=Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa\n');
    const read = (): unknown => readSettings({}, file);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow('APP_SECRET is not set');
    expect(read).toThrow('did you mean APP_SECRET?');
  });
});
