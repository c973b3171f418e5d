import type { ConsoleArguments } from './console-command.js';
import type { ConsoleErrorCode } from './console-error.js';

/** What is asked, as one line of JSON; one a connection. */
export interface ConsoleRequest {
  readonly command: string;
  readonly args: ConsoleArguments;
  /** The operating system's name of who asks, if that is what it is. */
  readonly login: unknown;
}

/** What is answered: lines of progress, then one of the others, each a line of JSON. */
export type ConsoleReply =
  | { readonly progress: string }
  | { readonly result: unknown }
  | { readonly error: { readonly code: ConsoleErrorCode; readonly message: string } };

/** A whole configuration is sent in one line. Bytes. */
export const LONGEST_REQUEST = 64 * 1024 * 1024;
