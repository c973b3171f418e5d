import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { MailTemplates } from './mail-template.js';
import type { Mailer } from './mailer.js';

/** Injects the {@link MailOptions}; not there in a command. */
export const MAIL_OPTIONS = 'gatehouse:mail-options';

/** What an application may have done in another way. */
export interface MailOptions {
  /** Sends mails instead of what the settings name. */
  readonly mailer?: Mailer | undefined;
  /** What mails say, instead of what they say here; those left out stay. */
  readonly mailTemplates?: MailTemplates | undefined;
}

/** How the application wants mails; apart from the mails, which many modules import. */
@Global()
@Module({})
export class MailOptionsModule {
  static forRoot(options: MailOptions): DynamicModule {
    return {
      module: MailOptionsModule,
      providers: [{ provide: MAIL_OPTIONS, useValue: options }],
      exports: [MAIL_OPTIONS],
    };
  }
}
