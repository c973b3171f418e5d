import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { PURPOSE, SETTINGS, type Purpose } from './settings.token.js';
import { OTHER_USER_SOURCES, type UserSource } from './user-sources/user-source.js';

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
        { provide: OTHER_USER_SOURCES, useValue: userSources },
      ],
      exports: [SETTINGS, PURPOSE, OTHER_USER_SOURCES],
    };
  }
}
