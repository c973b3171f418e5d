import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { passwordHashFault } from '../users/foreign-hash.js';

/** A hash that a login can be checked against, and that isn't so costly that it would hold others up. */
export function IsPasswordHash(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && passwordHashFault(value) === undefined;
  const defaultMessage = ({ value }: ValidationArguments): string =>
    `$property ${typeof value === 'string' ? (passwordHashFault(value) ?? '') : 'must be a text'}`;
  return applyDecorators(
    ValidateBy({ name: 'isPasswordHash', validator: { validate, defaultMessage: (args) => defaultMessage(args!) } }),
    ApiProperty({ maxLength: 500, writeOnly: true }),
  );
}
