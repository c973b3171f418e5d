import { Module } from '@nestjs/common';
import { RbacModule } from '../rbac/rbac.module.js';
import { OwnAccountController } from './own-account.controller.js';
import { OwnAccount } from './own-account.js';

/** One's own account. */
@Module({ imports: [RbacModule], controllers: [OwnAccountController], providers: [OwnAccount], exports: [OwnAccount] })
export class OwnAccountModule {}
