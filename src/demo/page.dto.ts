import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, Matches } from 'class-validator';
import { IsWholeNumber } from './is-whole-number.decorator.js';

/** What a cursor looks like: the milliseconds and the id of the last row that was seen. */
const CURSOR = /^\d{1,14}-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Which part of a list is wanted. */
export class PageQueryDto {
  /** How many rows at most. */
  // What comes in a query is text, and is converted only where that is asked for.
  @Type(() => Number)
  @IsWholeNumber(1, 200)
  @ApiPropertyOptional()
  limit: number = 50;

  /** Where to go on: `nextCursor` of the answer before. Left out: from the beginning. */
  @IsOptional()
  @Matches(CURSOR, { message: 'cursor must be the nextCursor of an answer' })
  @ApiPropertyOptional({ pattern: CURSOR.source, maxLength: 51 })
  cursor?: string;
}

/** A part of a list; each list adds its `items`. */
export abstract class PageDto {
  /**
   * The `cursor` for the rows that follow; null when there are no more.
   * @example 1763900000000-6f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11
   */
  @ApiProperty({ type: String, nullable: true, pattern: CURSOR.source, maxLength: 51 })
  nextCursor: string | null;
}
