import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

/** What to search for. */
export class SearchQueryDto {
  /**
   * The text to search for.
   * @example apple
   */
  @IsString()
  @MaxLength(200)
  query: string;
}

/** What was found. */
export class SearchResultDto {
  /** @example "found apple in search" */
  @ApiProperty({ maxLength: 220 })
  message: string;
}
