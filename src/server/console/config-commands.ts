import { Injectable } from '@nestjs/common';
import { ConfigExport } from '../config-transfer/config-export.js';
import { ConfigImport, type ImportProgress } from '../config-transfer/config-import.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';
import { ConsoleError } from './console-error.js';

/** Often enough that a bar is seen to grow. Milliseconds. */
const TELL_EVERY = 100;
const UNITS: Readonly<Record<ImportProgress['step'], string>> = {
  reading: 'bytes',
  checking: 'bytes',
  preparing: 'bytes',
  comparing: 'accounts',
  writing: 'accounts',
};

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
    let last = { step: '', at: 0 };
    const tell = ({ step, done, total }: ImportProgress): void => {
      const at = performance.now();
      if (step === last.step && done !== total && at - last.at < TELL_EVERY) return;
      last = { step, at };
      progress({ step, done, ...(total !== null && { total }), unit: UNITS[step] });
    };
    return this.imports.run(input, { dryRun: dryRun === true, matchUsernames: matchUsernames === true }, actor, tell);
  }
}
