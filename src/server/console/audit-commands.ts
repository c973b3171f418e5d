import { Injectable } from '@nestjs/common';
import { IsISO8601, Matches } from 'class-validator';
import { DataSource } from 'typeorm';
import { AuditEventsQueryDto } from '../audit/audit-event.dto.js';
import { AuditExport } from '../audit/audit-export.js';
import { AuditVerification } from '../audit/audit-verification.js';
import { listAuditEvents } from '../audit/list-audit-events.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { checked } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';

/** Characters that are handed on at once, about. */
const PIECE = 32 * 1024;
/** Links between two lines of progress. */
const TELL_EVERY = 100_000;
const HASH = /^[0-9a-f]{64}$/i;

const A_TIME = '$property must be a time such as 2026-01-31 or 2026-01-31T12:00:00Z';

class VerifyArguments {
  @MayBeLeftOut()
  @Matches(HASH, { message: '$property must be 64 hexadecimal digits' })
  expect?: string;

  @MayBeLeftOut()
  @Matches(HASH, { message: '$property must be 64 hexadecimal digits' })
  cutAt?: string;
}

class ExportArguments {
  @MayBeLeftOut()
  @IsISO8601({ strict: true }, { message: A_TIME })
  from?: string;

  @MayBeLeftOut()
  @IsISO8601({ strict: true }, { message: A_TIME })
  to?: string;
}

/** What the console does with the audit. */
@Injectable()
export class AuditCommands {
  readonly handlers: ConsoleHandlers = {
    'audit.list': async (args) => listAuditEvents(await checked(AuditEventsQueryDto, args), this.database),
    'audit.verify': (args, call) => this.verify(args, call),
    'audit.export': (args, call) => this.export(args, call),
  };

  constructor(
    private readonly database: DataSource,
    private readonly verification: AuditVerification,
    private readonly exports: AuditExport,
  ) {}

  private async verify(args: ConsoleArguments, { progress }: ConsoleCall): Promise<object> {
    const expectation = await checked(VerifyArguments, args);
    let told = 0;
    const onProgress = (links: number): void => {
      if (links - told < TELL_EVERY) return;
      told = links;
      progress(`${links} events …`);
    };
    return this.verification.verify({ expect: expectation.expect, cutAt: expectation.cutAt, onProgress });
  }

  private async export(args: ConsoleArguments, { output }: ConsoleCall): Promise<object> {
    const { from, to } = await checked(ExportArguments, args);
    const period = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
    let events = 0;
    let piece = '';
    for await (const line of this.exports.lines(period)) {
      events++;
      piece += `${line}\n`;
      if (piece.length < PIECE) continue;
      await output?.(piece);
      piece = '';
    }
    if (piece !== '') await output?.(piece);
    return { events };
  }
}
