import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderEnvExample, renderSettingsPage } from './settings-docs.js';
import { loadSettings, settingsTable } from './settings.js';

const remedy = 'run `npm run build && node scripts/write-settings-docs.mjs`';

describe('the documentation of settings', () => {
  it('.env.example is the one made from the table', async () => {
    expect(await readFile('.env.example', 'utf8'), remedy).toBe(renderEnvExample());
  });

  it('docs/settings.md is the one made from the table', async () => {
    expect(await readFile('docs/settings.md', 'utf8'), remedy).toBe(renderSettingsPage());
  });

  it('.env.example with every # taken away says the same as no file at all', () => {
    const env = parseEnv(renderEnvExample().replace(/^# (?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(env).sort()).toEqual(
      Object.values(settingsTable)
        .map((row): string => row.name)
        .sort(),
    );
    expect(loadSettings(env)).toEqual(loadSettings({}));
  });
});
