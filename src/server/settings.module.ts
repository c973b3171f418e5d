import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { PURPOSE, SETTINGS, type Purpose } from './settings.token.js';
import type { UserSource } from './user-sources/user-source.js';
import { GIVEN_USER_SOURCES } from './user-sources/user-sources.token.js';

/** What everything may ask about how it was started. */
@Global()
@Module({})
export class SettingsModule {
  static forRoot(settings: Settings, purpose: Purpose, userSources: readonly UserSource[] = []): DynamicModule {
    return {
      module: SettingsModule,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: PURPOSE, useValue: purpose },
        { provide: GIVEN_USER_SOURCES, useValue: userSources },
      ],
      exports: [SETTINGS, PURPOSE, GIVEN_USER_SOURCES],
    };
  }
}
