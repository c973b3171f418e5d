import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Access } from '../../policy/index.js';
import { RbacModule } from '../rbac/rbac.module.js';
import {
  AccessCheckController,
  ServiceAccountExplanationsController,
  UserExplanationsController,
} from './explanations.controllers.js';
import { Explanations } from './explanations.service.js';

/** Why accounts may do what they may. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Access)), RbacModule],
  controllers: [UserExplanationsController, ServiceAccountExplanationsController, AccessCheckController],
  providers: [Explanations],
  exports: [Explanations],
})
export class ExplanationsModule {}
