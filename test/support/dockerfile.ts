import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of a Dockerfile, continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What stands between one FROM and the next. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile as far as this project's goes: no arguments, no here-documents, no parser directives. */
export function readDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const joined = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, ' ');
  for (const line of joined.split('\n').filter((one) => one.trim() !== '')) {
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line.trim())!;
    const instruction = { name: name!.toUpperCase(), text: rest! };
    if (instruction.name !== 'FROM') {
      stages.at(-1)!.instructions.push(instruction);
      continue;
    }
    const [, base, as] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text)!;
    stages.push({ base: base!, name: as, instructions: [] });
  }
  return stages;
}

/** The files of a folder that `.dockerignore` lets into the image, by their paths below it. */
export async function contextOf(folder: string): Promise<string[]> {
  const rules = (await readFile(join(folder, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ takes: line.startsWith('!'), pattern: patternOf(line.replace('!', '')) }));
  const takes = (path: string) => rules.findLast(({ pattern }) => pattern.test(path))?.takes ?? true;
  const entries = await readdir(folder);
  const found = await Promise.all(
    entries
      // What only a pattern for its own name could bring back, as docker has it too, isn't walked through.
      .filter((entry) => takes(entry))
      .map(async (entry) => {
        const below = await readdir(join(folder, entry), { recursive: true, withFileTypes: true }).catch(
          () => undefined,
        );
        if (!below) return [entry];
        return below
          .filter((one) => one.isFile())
          .map((one) => join(one.parentPath, one.name).slice(folder.length + 1));
      }),
  );
  return found.flat().filter((path) => takes(path));
}

/** A pattern of `.dockerignore`: what it matches, and everything below that. */
function patternOf(line: string): RegExp {
  const source = line
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '<any>')
    .replaceAll('*', '[^/]*')
    .replaceAll('<any>', '(.*/)?');
  return new RegExp(`^${source}(/.*)?$`);
}
