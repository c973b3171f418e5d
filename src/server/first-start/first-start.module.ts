import { Module, type DynamicModule } from '@nestjs/common';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { SelfServiceModule } from '../self-service/self-service.module.js';
import { UsersModule } from '../users/users.module.js';
import { FIRST_START, type FirstStartOptions } from './first-start.options.js';
import { FirstStart } from './first-start.service.js';

/** Makes the first accounts on an empty database. */
@Module({})
export class FirstStartModule {
  static forRoot(options: FirstStartOptions): DynamicModule {
    return {
      module: FirstStartModule,
      imports: [PasswordsModule, RbacModule, SelfServiceModule, UsersModule],
      providers: [FirstStart, { provide: FIRST_START, useValue: options }],
    };
  }
}
