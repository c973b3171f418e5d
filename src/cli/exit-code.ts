import type { ConsoleErrorCode } from '../server/console/console-error.js';

/** Done. */
export const DONE = 0;

/** Ctrl-C, as shells have it: 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

/** What scripts learn of what wasn't done. */
export const EXIT_CODES: Readonly<Record<ConsoleErrorCode, number>> = {
  failed: 1,
  usage: 2,
  'not-found': 3,
  conflict: 4,
  unreachable: 5,
};

/** For `--help` and the documentation. */
export const EXIT_CODES_TEXT = `Exit codes:
  0    done
  1    not done: refused, or the answer is no (verify-password, verify)
  2    the command line is wrong, or what it says isn't allowed
  3    there is no such thing
  4    it stands against something: a name that is taken, the last administrator
  5    the settings are wrong, or database or service can't be reached
  130  stopped by Ctrl-C`;

/** Ctrl-C at a prompt. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The answer is no, and has been shown. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer';
}
