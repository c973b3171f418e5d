import { describe, expect, it } from 'vitest';
import { readGivenSettings, type GivenSettings } from './given-settings.js';
import { SettingsError } from './setting.js';
import { loadSettings } from './settings.js';

function problems(given: GivenSettings): readonly string[] {
  try {
    readGivenSettings(given);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings given in code', () => {
  it('have the defaults of the environment’s, and know nothing of the environment itself', () => {
    process.env['BCRYPT_COST'] = '14';
    try {
      expect(readGivenSettings({})).toEqual(loadSettings({}));
    } finally {
      delete process.env['BCRYPT_COST'];
    }
  });

  it('are read as those of the environment are', () => {
    const given = { accessTokenLifetime: '5m', bcryptCost: 11, swaggerUi: false, trustProxy: '10.0.0.0/8' } as const;
    expect(readGivenSettings(given)).toEqual(
      loadSettings({ ACCESS_TOKEN_LIFETIME: '5m', BCRYPT_COST: '11', SWAGGER_UI: 'off', TRUST_PROXY: '10.0.0.0/8' }),
    );
    expect(readGivenSettings({ keyRotationInterval: 'off' }).keyRotationInterval).toBe(0);
    expect(readGivenSettings({ trustProxy: false }).trustProxy).toBe(false);
  });

  it('are strict in production', () => {
    expect(problems({ production: true })).toEqual([expect.stringMatching(/^appSecret is not set; in production/)]);
    expect(readGivenSettings({ production: false }).production).toBe(false);
  });

  it('are named as they are in code where they are wrong, all at once, and secrets aren’t shown', () => {
    expect(problems({ bcryptCost: 3, accessTokenLifetime: 60, appSecret: 'not long' })).toEqual([
      expect.stringMatching(/^appSecret has a value that is not allowed; it must be at least 32 bytes/),
      expect.stringMatching(/^accessTokenLifetime is "60"; it must be a duration/),
      expect.stringMatching(/^bcryptCost is "3"; it must be a whole number/),
    ]);
  });
});
