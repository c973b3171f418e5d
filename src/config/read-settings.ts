import { loadEnvFile } from './load-env-file.js';
import { SettingsError } from './setting.js';
import { loadSettings, type Settings } from './settings.js';

/**
 * Reads the settings from an environment and from a file `.env`, with a sentence for each line of the file that is
 * probably a mistake.
 *
 * @throws SettingsError, which has those sentences too: a setting is often missing because its name is misspelt there
 */
export function readSettings(
  env: NodeJS.ProcessEnv,
  file?: string,
): { readonly settings: Settings; readonly warnings: readonly string[] } {
  const { env: completed, warnings } = loadEnvFile(env, file);
  try {
    return { settings: loadSettings(completed), warnings };
  } catch (error) {
    throw error instanceof SettingsError ? new SettingsError([...error.problems, ...warnings]) : error;
  }
}
