import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsLine } from '../is-line.decorator.js';
import { IsWholeNumber } from '../is-whole-number.decorator.js';
import { PageDto } from '../page.dto.js';
import { Campaign, CHANNELS, type Channel } from './campaign.entity.js';

/** A campaign to be planned. */
export class CreateCampaignDto {
  /** @example "Spring sale" */
  @IsLine(100)
  name: string;

  /** @example social */
  @IsIn(CHANNELS)
  channel: Channel;

  /**
   * What it may cost, in cents.
   * @example 250000
   */
  @IsWholeNumber(0, 1_000_000_000_000)
  budgetCents: number;
}

/** The fields to change. A field that is left out stays as it is; null is not the same as left out. */
export class UpdateCampaignDto extends PartialType(CreateCampaignDto, { skipNullProperties: false }) {}

/** A part of the list of campaigns, newest first. */
export class CampaignPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: Campaign[];
}
