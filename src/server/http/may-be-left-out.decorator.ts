import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';

/** A field that may be left out. Unlike `@IsOptional()`, it doesn't let null through. */
export function MayBeLeftOut(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value: unknown) => value !== undefined),
    ApiPropertyOptional(),
  );
}
