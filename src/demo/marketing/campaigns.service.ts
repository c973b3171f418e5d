import { Injectable, NotFoundException } from '@nestjs/common';
import { Repository } from 'typeorm';
import { InjectRepository } from '../../server/database/inject-repository.js';
import { readPage } from '../page.js';
import { PageQueryDto } from '../page.dto.js';
import { CampaignPageDto, CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
import { Campaign } from './campaign.entity.js';

/** Keeps the campaigns. */
@Injectable()
export class CampaignsService {
  constructor(@InjectRepository(Campaign) private readonly campaigns: Repository<Campaign>) {}

  /** A part of the list, newest first. */
  list(page: PageQueryDto): Promise<CampaignPageDto> {
    return readPage(this.campaigns, page);
  }

  create({ name, channel, budgetCents }: CreateCampaignDto): Promise<Campaign> {
    return this.campaigns.save({ name, channel, budgetCents });
  }

  /** @throws NotFoundException when there is none */
  async get(id: string): Promise<Campaign> {
    return (await this.campaigns.findOneBy({ id })) ?? notFound();
  }

  /**
   * Replaces the fields that are named; naming none changes nothing.
   * @throws NotFoundException when there is none
   */
  async update(id: string, changes: UpdateCampaignDto): Promise<Campaign> {
    if (Object.keys(changes).length > 0) await this.campaigns.update({ id }, changes);
    return this.get(id);
  }

  /** @throws NotFoundException when there is none */
  async delete(id: string): Promise<void> {
    const { affected } = await this.campaigns.delete({ id });
    if (!affected) notFound();
  }
}

function notFound(): never {
  throw new NotFoundException('There is no campaign with this id.');
}
