import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

/** A whole number from `min` to `max`, both included. A text that looks like a number isn't one. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'isWholeNumber',
      validator: {
        validate: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
        defaultMessage: () => `$property must be a whole number from ${min} to ${max}`,
      },
    }),
    ApiProperty({ type: 'integer', minimum: min, maximum: max }),
  );
}
