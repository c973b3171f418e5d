import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { LocalUserSource } from './local/local.user-source.js';
import { OTHER_USER_SOURCES, USER_SOURCES, type UserSource } from './user-source.js';

/** The user sources, asked in order. */
@Module({
  imports: [UsersModule],
  providers: [
    LocalUserSource,
    {
      provide: USER_SOURCES,
      inject: [LocalUserSource, OTHER_USER_SOURCES],
      useFactory: (local: UserSource, others: readonly UserSource[]) => [local, ...others],
    },
  ],
  exports: [USER_SOURCES],
})
export class UserSourcesModule {}
