import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { DatabaseModule } from '../../server/database/database.module.js';
import { Campaign } from './campaign.entity.js';
import { CampaignsController } from './campaigns.controller.js';
import { DemoCampaigns1763900000001 } from './campaigns.migration.js';
import { CampaignsService } from './campaigns.service.js';
import { MarketingController } from './marketing.controller.js';
import { Campaigns, Marketing, MarketingRole } from './marketing.permissions.js';

/** The marketing department. */
@Module({
  imports: [
    AccessModule.forFeature([...Object.values(Marketing), ...Object.values(Campaigns), MarketingRole]),
    DatabaseModule.forFeature([Campaign], [DemoCampaigns1763900000001]),
  ],
  controllers: [MarketingController, CampaignsController],
  providers: [CampaignsService],
})
export class MarketingModule {}
