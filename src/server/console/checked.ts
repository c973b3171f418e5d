import type { Type } from '@nestjs/common';
import { StrictValidationPipe } from '../http/validation.pipe.js';
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

/** The names that are left of those held, with some added and some taken away; undefined when neither is asked. */
export function adjusted(held: readonly string[], add: unknown, remove: unknown): string[] | undefined {
  const [added, removed] = [names(add), names(remove)];
  if (added.length === 0 && removed.length === 0) return undefined;
  return [...new Set([...held, ...added])].filter((name) => !removed.includes(name));
}

function names(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new ConsoleError('usage', 'Names must be a list.');
}
