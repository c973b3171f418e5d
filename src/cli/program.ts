import { Command, CommanderError, type Argument } from 'commander';
import { ConsoleError } from '../server/console/console-error.js';
import { addAudit } from './audit.js';
import { addClients } from './clients.js';
import { addCompletion } from './completion.js';
import { addConfig } from './config.js';
import { Console } from './console.js';
import { addDatabase } from './database.js';
import { DONE, EXIT_CODES, EXIT_CODES_TEXT, INTERRUPTED, Interrupted, NegativeAnswer } from './exit-code.js';
import { addGroups, addPermissions, addRoles } from './grants.js';
import { addKeys } from './keys.js';
import { addMail } from './mail.js';
import { addServiceAccounts } from './service-accounts.js';
import type { Session } from './session.js';
import { visible } from './shown-text.js';
import { widthOf, type Terminal } from './terminal.js';
import { addTokens } from './tokens.js';
import { addUserSources } from './user-sources.js';
import { addUsers } from './users.js';

const ABOUT = `Administers a Gatehouse service from where it runs.

It reads the settings that the service reads (environment, .env), and works on the same database: beside the \
running service, also on the embedded database. Who may run it may do everything; the audit says "gatehouse cli" \
and the name of the operating system's user.`;

const EXAMPLES = `
Examples:
  gatehouse users list --group finance
  gatehouse users set-password admin
  gatehouse users add maria --email maria@example.com --group finance
  pass show maria | gatehouse users set-password maria --password-stdin
  gatehouse tokens list --user maria --alive --json | jq -r '.[].jti'

${EXIT_CODES_TEXT}

Tables are for people, and may change; scripts use --json.
More: docs/command-line.md`;

/** Every user of the machine can read the arguments of a process, and shells keep them. */
const PASSWORD_ARGUMENT =
  'There is no --password: arguments can be read by every user of this machine, and stay in the history of the shell.\n' +
  'Leave it out to be asked, or use --password-stdin. If the password was a real one, take another.';

/**
 * Does what the arguments say.
 *
 * @param args without the programs' names
 * @param open where commands are done; called only by those that need it
 * @returns the exit code
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  version: string,
  open: (pending: 'run' | 'refuse') => Promise<Session>,
): Promise<number> {
  const complain = (text: string): void => void terminal.complaints.write(`${text}\n`);
  if (hasPassword(args)) {
    complain(PASSWORD_ARGUMENT);
    return EXIT_CODES.usage;
  }
  const console = new Console(terminal, open);
  try {
    await makeProgram(terminal, console, version).parseAsync(args, { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : EXIT_CODES.usage;
    if (error instanceof Interrupted) return INTERRUPTED;
    if (error instanceof NegativeAnswer) return EXIT_CODES.failed;
    if (!(error instanceof ConsoleError)) throw error;
    complain(`gatehouse: ${visibleLines(error.message)}`);
    return EXIT_CODES[error.code];
  } finally {
    await console.close();
  }
}

function makeProgram(terminal: Terminal, console: Console, version: string): Command {
  const program = new Command('gatehouse')
    .description(ABOUT)
    .version(version, '-V, --version', 'show the version')
    .usage('<subject> <verb> [options]')
    .helpCommand('help [subject]', 'show help')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.complaints.write(text),
      // What follows an unknown option may have been meant to be secret.
      outputError: (text, write) => write(visibleLines(text.replaceAll(/'(-[^='\s]*)=[^\n]*'/g, "'$1'"))),
      getOutHelpWidth: () => widthOf(terminal) ?? 80,
      getErrHelpWidth: () => widthOf(terminal) ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Every verb has options; its own help says which.
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(written)].join(' '),
    })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  addUsers(program, console);
  addUserSources(program, console);
  addGroups(program, console);
  addRoles(program, console);
  addPermissions(program, console);
  addServiceAccounts(program, console);
  addClients(program, console);
  addTokens(program, console);
  addKeys(program, console);
  addAudit(program, console);
  addMail(program, console);
  addConfig(program, console);
  addDatabase(program, console);
  addCompletion(program, (text) => console.print(text));
  return program;
}

function written(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function hasPassword(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => /^--?pass(word|wd|phrase)?(=|$)/i.test(arg));
}

function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
