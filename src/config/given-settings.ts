import type { Parser, Setting } from './setting.js';
import { SettingsError } from './setting.js';
import { loadSettings, settingsTable, type Settings } from './settings.js';

type Table = typeof settingsTable;

/** How a value is written in code: a duration as `'60m'`, a switch as a boolean, one of some words as that word. */
type Given<Value> = [Value] extends [boolean]
  ? boolean
  : [Value] extends [number]
    ? number | `${number}${'s' | 'm' | 'h' | 'd'}` | 'off'
    : Value;

/** The settings by their names in code. What is left out has its default. */
export type GivenSettings = {
  readonly [Key in keyof Table]?:
    (Table[Key] extends { parser: Parser<infer Value> } ? Given<Value> : never) | undefined;
};

/**
 * Reads settings that are given in code, by the same table as those of the environment. The environment isn't looked at.
 *
 * @throws SettingsError with a sentence for each setting that is wrong or missing, by its name in code
 */
export function readGivenSettings(given: GivenSettings): Settings {
  const env: Record<string, string> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(settingsTable)) {
    const value = given[key as keyof Table];
    if (value !== undefined) env[setting.name] = key === 'production' ? modeOf(value) : textOf(value);
  }
  try {
    return loadSettings(env);
  } catch (error) {
    throw error instanceof SettingsError ? new SettingsError(error.problems.map(inNamesOfCode)) : error;
  }
}

function modeOf(production: unknown): string {
  return production === true ? 'production' : 'development';
}

function textOf(value: string | number | boolean | readonly string[]): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value);
}

function inNamesOfCode(problem: string): string {
  const entry = Object.entries(settingsTable).find(([, { name }]) => problem.startsWith(`${name} `));
  return entry ? `${entry[0]}${problem.slice(entry[1].name.length)}` : problem;
}
