import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { IsLine } from './is-line.decorator.js';
import { MayBeLeftOut } from './may-be-left-out.decorator.js';

/** A name of 200 characters that take four bytes each, its row’s id, and what base64 adds. */
const LONGEST_CURSOR = 2_000;
const CURSOR = /^[\w-]{1,2000}$/;

/** Which part of a list is wanted. A list that can be sorted adds `sort`, with `@IsIn` of its allow-list. */
export class PageQueryDto {
  /** How many rows at most. */
  // What comes in a query is text; only a whole number in digits is taken for one.
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(1)
  @Max(200)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200 })
  limit: number = 50;

  /** Where to go on: `nextCursor` of the answer before. Left out: from the beginning. */
  @MayBeLeftOut()
  @Matches(CURSOR, { message: 'cursor must be the nextCursor of an answer' })
  @ApiPropertyOptional({ pattern: CURSOR.source, maxLength: LONGEST_CURSOR })
  cursor?: string;

  /** What the rows listed must contain. */
  @MayBeLeftOut()
  @IsLine(0, 200)
  q?: string;
}

/** A part of a list; each list adds its `items`. */
export abstract class PageDto {
  /** The `cursor` for the rows that follow; null when there are no more. */
  @ApiProperty({ type: String, nullable: true, pattern: CURSOR.source, maxLength: LONGEST_CURSOR })
  nextCursor: string | null;
}
