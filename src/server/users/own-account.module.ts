import { Module } from '@nestjs/common';
import { RbacModule } from '../rbac/rbac.module.js';
import { AccountViews } from './account-view.js';
import { OwnAccountController } from './own-account.controller.js';
import { OwnAccount } from './own-account.js';

/** One's own account. */
@Module({
  imports: [RbacModule],
  controllers: [OwnAccountController],
  providers: [AccountViews, OwnAccount],
  exports: [OwnAccount],
})
export class OwnAccountModule {}
