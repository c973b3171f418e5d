import type { ReadStream, WriteStream } from 'node:tty';

/** Where somebody sits, or a script. */
export interface Terminal {
  /** The keyboard, with `isTTY`, or a pipe. */
  readonly input: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;
  /** What was asked for, and nothing else. */
  readonly output: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  /** Prompts, progress and complaints. */
  readonly complaints: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
}

/** How wide lines may be; undefined where nobody looks at them, and cutting would only lose something. */
export function widthOf({ output }: Pick<Terminal, 'output'>): number | undefined {
  return output.isTTY ? output.columns || 80 : undefined;
}
