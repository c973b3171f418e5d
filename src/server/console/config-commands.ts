import { Injectable } from '@nestjs/common';
import { ConfigExport } from '../config-transfer/config-export.js';
import { ConfigImport, type ImportProgress } from '../config-transfer/config-import.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';
import { ConsoleError } from './console-error.js';

/** Between two lines of progress. Milliseconds. */
const TELL_EVERY = 2_000;

/** What the console does with all that is configured. */
@Injectable()
export class ConfigCommands {
  readonly handlers: ConsoleHandlers = {
    'config.export': (args, call) => this.export(args, call),
    'config.import': (args, call) => this.import(args, call),
  };

  constructor(
    private readonly exports: ConfigExport,
    private readonly imports: ConfigImport,
  ) {}

  private async export({ passwordHashes }: ConsoleArguments, { actor, output }: ConsoleCall): Promise<object> {
    const document = await this.exports.run({ passwordHashes: passwordHashes === true }, actor);
    const { size } = document;
    for await (const piece of document.stream().setEncoding('utf8')) await output?.(piece as string);
    return { bytes: size };
  }

  private async import(
    { dryRun, matchUsernames }: ConsoleArguments,
    { actor, input, progress }: ConsoleCall,
  ): Promise<object> {
    if (!input) throw new ConsoleError('usage', 'There is no document.');
    let last = performance.now();
    const tell = ({ step, done, total }: ImportProgress): void => {
      if (performance.now() - last < TELL_EVERY) return;
      last = performance.now();
      progress(`${step} … ${done}${total === null ? '' : ` of ${total}`}`);
    };
    return this.imports.run(input, { dryRun: dryRun === true, matchUsernames: matchUsernames === true }, actor, tell);
  }
}
