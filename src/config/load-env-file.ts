import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { SettingsError } from './setting.js';
import { settingsTable } from './settings.js';

/** An environment, and what looks odd in the file that it was completed from. */
export interface EnvFile {
  readonly env: NodeJS.ProcessEnv;
  /** A sentence for each line that is probably a mistake. */
  readonly warnings: readonly string[];
}

/**
 * Completes an environment by a file of `NAME=value` lines; what the environment has already wins. A missing file is no
 * error.
 *
 * @throws SettingsError if the file is there and can't be read.
 */
export function loadEnvFile(env: NodeJS.ProcessEnv, file = '.env'): EnvFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { env, warnings: [] };
    throw new SettingsError([`The settings in ${file} can't be read (${message}).`]);
  }
  const found = parseEnv(text.replace(/^\uFEFF/, ''));
  const warnings = Object.keys(found).flatMap((name) => warningAbout(name, file) ?? []);
  return { env: { ...found, ...env }, warnings: [...warnings, ...warningsOfCutValues(text, file)] };
}

/** A value up to a `#` that follows it at once: what is behind is a remark, which hardly anybody means who writes so. */
const CUT = /^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(?:[^\s'"`#][^\n#]*)?(?<=\S)#/gm;

/** Says nothing of the value, which may be a secret. */
function warningsOfCutValues(text: string, file: string): string[] {
  return [...text.matchAll(CUT)]
    .map(([, name]) => name!)
    .filter((name) => knownNames.includes(name))
    .map((name) => `${file} sets ${name} to what stands before a #. If that belongs to it, put it all in quotes.`);
}

const knownNames = Object.values(settingsTable).map((setting) => setting.name as string);

function warningAbout(name: string, file: string): string | undefined {
  if (knownNames.includes(name)) return undefined;
  if (!/^\w+$/.test(name))
    return `${file} has a line that is not NAME=value near ${JSON.stringify(name.split('\n')[0])}.`;
  const nearest = knownNames
    .map((known) => ({ known, distance: editDistance(name.toUpperCase(), known) }))
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor(known.length / 5)))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest && `${file} sets ${name}, which is no setting; did you mean ${nearest.known}?`;
}

/** How many letters must be added, dropped, replaced, or swapped with their neighbour to make one word of the other. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_row, i) =>
    Array.from({ length: b.length + 1 }, (_cell, j) => i || j),
  );
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      rows[i]![j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + changed, swapped);
    }
  }
  return at(a.length, b.length);
}
