import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { LocalUserSource } from './local/local.user-source.js';
import { USER_SOURCES } from './user-source.js';

/** The user sources, asked in order. */
@Module({
  imports: [UsersModule],
  providers: [
    LocalUserSource,
    { provide: USER_SOURCES, inject: [LocalUserSource], useFactory: (...sources: unknown[]) => sources },
  ],
  exports: [USER_SOURCES],
})
export class UserSourcesModule {}
