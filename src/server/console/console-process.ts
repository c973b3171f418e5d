import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactoryStatic } from '@nestjs/core/nest-factory.js';
import { AccessModule } from '../../access/index.js';
import type { Settings } from '../../config/settings.js';
import { ChangesModule } from '../changes/changes.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { DomainEventsModule } from '../domain-events/domain-events.module.js';
import { MailModule } from '../mail/mail.module.js';
import { SettingsModule } from '../settings.module.js';
import { OwnAudienceVerifier } from '../tokens/own-audience.verifier.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { ConsoleCommands } from './console-commands.js';
import { ConsoleModule } from './console.module.js';

/** Milliseconds. Who sits there would rather hear that the server is down than wait for it as a service does. */
const CONNECT_TIMEOUT = 5_000;

@Module({})
class ConsoleProcessModule {
  static forRoot(settings: Settings, pending: 'run' | 'refuse'): DynamicModule {
    const { databaseUrl: url, dataDir } = settings;
    return {
      module: ConsoleProcessModule,
      imports: [
        SettingsModule.forRoot(settings, 'command'),
        DatabaseModule.forRoot({ url, dataDir, poolSize: 2, pending, connectTimeoutMs: CONNECT_TIMEOUT }),
        AccessModule.forRoot({ imports: [TokensModule], verifier: OwnAudienceVerifier }),
        ChangesModule,
        DomainEventsModule.forRoot(),
        // What is done here may have mails sent, by whichever service runs.
        MailModule,
        ConsoleModule,
      ],
    };
  }
}

/** The commands in this process, beside a service on the same PostgreSQL database, or alone with the embedded one. */
export interface ConsoleProcess {
  readonly commands: ConsoleCommands;
  close(): Promise<void>;
}

/**
 * Opens the database and what the commands need. Nothing listens, sweeps or rotates.
 *
 * @param pending what to do about migrations that haven't run
 * @throws DatabaseStartError with a sentence; MigrationsPendingError
 */
export async function openConsoleProcess(settings: Settings, pending: 'run' | 'refuse'): Promise<ConsoleProcess> {
  const context = await new NestFactoryStatic().createApplicationContext(
    ConsoleProcessModule.forRoot(settings, pending),
    { logger: false, abortOnError: false },
  );
  return { commands: context.get(ConsoleCommands, { strict: false }), close: () => context.close() };
}
