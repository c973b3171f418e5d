import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Creates } from '../creates.decorator.js';
import { IdDto } from '../id.dto.js';
import { PageQueryDto } from '../page.dto.js';
import { CampaignPageDto, CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
import { Campaign } from './campaign.entity.js';
import { CampaignsService } from './campaigns.service.js';
import { Campaigns } from './marketing.permissions.js';

/** A guarded resource with a permission for each thing that can be done with it. */
@ApiTags('Marketing')
@Controller('marketing/campaigns')
export class CampaignsController {
  constructor(private readonly campaigns: CampaignsService) {}

  /** List the campaigns, newest first */
  @Get()
  @Protected(Campaigns.read)
  @ApiOperation({ operationId: 'listCampaigns' })
  list(@Query() page: PageQueryDto): Promise<CampaignPageDto> {
    return this.campaigns.list(page);
  }

  /** Plan a campaign */
  @Post()
  @Protected(Campaigns.create)
  @Creates(Campaign, '/marketing/campaigns')
  @ApiOperation({ operationId: 'createCampaign' })
  create(@Body() campaign: CreateCampaignDto): Promise<Campaign> {
    return this.campaigns.create(campaign);
  }

  /**
   * Read a campaign
   * @throws {404} There is no such campaign.
   */
  @Get(':id')
  @Protected(Campaigns.read)
  @ApiOperation({ operationId: 'getCampaign' })
  get(@Param() { id }: IdDto): Promise<Campaign> {
    return this.campaigns.get(id);
  }

  /**
   * Change a campaign
   * @remarks Replaces the fields that are named; naming none changes nothing.
   * @throws {404} There is no such campaign.
   */
  @Patch(':id')
  @Protected(Campaigns.update)
  @ApiOperation({ operationId: 'updateCampaign' })
  update(@Param() { id }: IdDto, @Body() changes: UpdateCampaignDto): Promise<Campaign> {
    return this.campaigns.update(id, changes);
  }

  /**
   * Delete a campaign
   * @throws {404} There is no such campaign.
   */
  @Delete(':id')
  @HttpCode(204)
  @Protected(Campaigns.delete)
  @ApiOperation({ operationId: 'deleteCampaign' })
  delete(@Param() { id }: IdDto): Promise<void> {
    return this.campaigns.delete(id);
  }
}
