import type { ConsoleArguments, Progress } from './console-command.js';
import type { ConsoleErrorCode } from './console-error.js';

/**
 * What is asked, as one line of JSON; one a connection. What follows the line is the command's input
 * (console-input.ts).
 */
export interface ConsoleRequest {
  readonly command: string;
  readonly args: ConsoleArguments;
  /** The operating system's name of who asks, if that is what it is. */
  readonly login: unknown;
}

/** What is answered: how far it is, and pieces of output, then one of the others, each a line of JSON. */
export type ConsoleReply =
  | { readonly progress: string | Progress }
  | { readonly output: string }
  | { readonly result: unknown }
  | { readonly error: { readonly code: ConsoleErrorCode; readonly message: string } };

/** Bytes. */
export const LONGEST_REQUEST = 1024 * 1024;
