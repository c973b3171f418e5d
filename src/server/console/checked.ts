import type { Type } from '@nestjs/common';
import { StrictValidationPipe } from '../http/validation.pipe.js';
import { nameKey } from '../names/name-key.js';
import type { ConsoleArguments } from './console-command.js';
import { ConsoleError } from './console-error.js';

const pipe = new StrictValidationPipe();

/** The arguments as a body or query of the same shape is checked over HTTP. @throws ProblemException 400 */
export async function checked<Dto extends object>(type: Type<Dto>, args: unknown): Promise<Dto> {
  return (await pipe.transform(args ?? {}, { type: 'body', metatype: type })) as Dto;
}

/** An argument that is a line of text, such as a name. @throws ConsoleError `usage` */
export function text(args: ConsoleArguments, name: string): string {
  const value = args[name];
  if (typeof value === 'string' && value.length > 0 && value.length <= 1_000) return value;
  throw new ConsoleError('usage', `${name} must be said.`);
}

/**
 * The names that are left of those held, with some added and some taken away, in any spelling; undefined when neither is
 * asked.
 *
 * @param what they are the names of
 * @throws ConsoleError `not-found` for one to be taken away that isn't held: whoever mistypes it believes it gone
 */
export function adjusted(
  what: 'group' | 'role' | 'permission',
  held: readonly string[],
  add: unknown,
  remove: unknown,
): string[] | undefined {
  const [added, removed] = [names(add), names(remove)];
  if (added.length === 0 && removed.length === 0) return undefined;
  const left = new Map(held.map((name) => [nameKey(name), name]));
  for (const name of removed) {
    if (left.delete(nameKey(name))) continue;
    const there = held.length === 0 ? 'There are none.' : `There are: ${held.join(', ')}.`;
    throw new ConsoleError('not-found', `There is no ${what} ${name} to take away. ${there} Nothing was done.`);
  }
  for (const name of added) if (!left.has(nameKey(name))) left.set(nameKey(name), name);
  return [...left.values()];
}

function names(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new ConsoleError('usage', 'Names must be a list.');
}
