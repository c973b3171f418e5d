import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AccessModule } from '../access/index.js';
import type { Settings } from '../config/settings.js';
import { ChangesModule } from './changes/changes.module.js';
import { ClientAdministrationModule } from './clients/client-administration.module.js';
import { ConfigTransferModule } from './config-transfer/config-transfer.module.js';
import { ConsoleModule } from './console/console.module.js';
import type { DatabaseLogger } from './database/database-options.js';
import { DatabaseModule } from './database/database.module.js';
import type { DomainEventListener } from './domain-events/domain-event.js';
import { DomainEventsModule } from './domain-events/domain-events.module.js';
import { EventsModule } from './events/events.module.js';
import { ExplanationsModule } from './explanations/explanations.module.js';
import { FirstStartModule } from './first-start/first-start.module.js';
import type { FirstStartOptions } from './first-start/first-start.options.js';
import { HealthModule } from './health/health.module.js';
import { ProblemFilter } from './http/problem.filter.js';
import { StrictValidationPipe } from './http/validation.pipe.js';
import { MailModule } from './mail/mail.module.js';
import { MailOptionsModule, type MailOptions } from './mail/mail-options.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { SelfServiceModule } from './self-service/self-service.module.js';
import { ServiceAccountsModule } from './service-accounts/service-accounts.module.js';
import { SettingsModule } from './settings.module.js';
import { SweepingModule } from './sweeping/sweeping.module.js';
import { OwnAudienceVerifier } from './tokens/own-audience.verifier.js';
import { TokensModule } from './tokens/tokens.module.js';
import type { UserSource } from './user-sources/user-source.js';
import { OwnAccountModule } from './users/own-account.module.js';
import { UserAdministrationModule } from './users/user-administration.module.js';

/** What the service is started with. */
export interface ServerOptions extends MailOptions {
  readonly settings: Settings;
  readonly firstStart: FirstStartOptions;
  readonly databaseLogger?: DatabaseLogger;
  /** Told when the embedded database can't go on in this process, with a sentence that says why. */
  readonly onDatabaseStopped?: ((sentence: string) => void) | undefined;
  /** Where people come from beside the service's own accounts, asked after these in this order. */
  readonly userSources?: readonly UserSource[] | undefined;
  /** Told of domain events, beside the modules that listen. */
  readonly listeners?: readonly DomainEventListener[] | undefined;
}

/** The service itself: everything but what an application adds to it. */
@Module({})
export class ServerModule {
  static forRoot({
    settings,
    firstStart,
    databaseLogger,
    onDatabaseStopped,
    userSources = [],
    mailer,
    mailTemplates,
    listeners = [],
  }: ServerOptions): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        SettingsModule.forRoot(settings, 'service', userSources),
        DatabaseModule.forRoot({
          url: settings.databaseUrl,
          dataDir: settings.dataDir,
          poolSize: settings.databasePoolSize,
          logger: databaseLogger,
          onStopped: onDatabaseStopped,
        }),
        AccessModule.forRoot({ imports: [TokensModule], verifier: OwnAudienceVerifier }),
        ChangesModule,
        MailOptionsModule.forRoot({ mailer, mailTemplates }),
        DomainEventsModule.forRoot(listeners),
        MailModule,
        OAuthModule,
        ClientAdministrationModule,
        ServiceAccountsModule,
        OwnAccountModule,
        SelfServiceModule,
        UserAdministrationModule,
        ConfigTransferModule,
        ExplanationsModule,
        EventsModule,
        SweepingModule,
        ConsoleModule,
        HealthModule,
        MetricsModule.forRoot(settings.metricsOpen),
        FirstStartModule.forRoot(firstStart),
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: StrictValidationPipe },
      ],
    };
  }
}
