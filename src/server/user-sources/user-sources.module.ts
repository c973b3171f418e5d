import { Module } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { DatabaseModule } from '../database/database.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { SETTINGS } from '../settings.token.js';
import { UsersModule } from '../users/users.module.js';
import { ForeignAccounts } from './foreign-accounts.js';
import { ldapOptions } from './ldap/ldap-options.js';
import { LdapUserSource } from './ldap/ldap.user-source.js';
import { LocalUserSource } from './local/local.user-source.js';
import { SourceCheckSchedule } from './source-check-schedule.js';
import { SourceChecks } from './source-checks.js';
import type { UserSource } from './user-source.js';
import { CoreUserSources1763800000083 } from './user-sources.migration.js';
import { UserSources } from './user-sources.js';
import { FOREIGN_USER_SOURCES, GIVEN_USER_SOURCES } from './user-sources.token.js';

/** The sources of people: our own accounts, the directory of the settings, and those given in code. */
@Module({
  imports: [UsersModule, RbacModule, DatabaseModule.forFeature([], [CoreUserSources1763800000083])],
  providers: [
    ForeignAccounts,
    LocalUserSource,
    SourceChecks,
    SourceCheckSchedule,
    UserSources,
    {
      provide: FOREIGN_USER_SOURCES,
      inject: [SETTINGS, GIVEN_USER_SOURCES],
      useFactory: (settings: Settings, given: readonly UserSource[]): readonly UserSource[] => {
        const directory = ldapOptions(settings);
        return [...(directory ? [new LdapUserSource(directory)] : []), ...given];
      },
    },
  ],
  exports: [SourceChecks, UserSources],
})
export class UserSourcesModule {}
