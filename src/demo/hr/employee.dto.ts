import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { IsLine } from '../is-line.decorator.js';
import { PageDto } from '../page.dto.js';
import { Employee } from './employee.entity.js';

/** An employee to be taken on. */
export class CreateEmployeeDto {
  /** @example "Pat Palmer" */
  @IsLine(200)
  name: string;

  /** @example Gardener */
  @IsLine(100)
  jobTitle: string;

  /**
   * The id of the employee’s account, who may then read the record. Left out or null: none.
   * @example 5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10
   */
  @IsOptional()
  @IsUUID()
  accountId?: string | null;
}

/** The fields to change. A field that is left out stays as it is; an `accountId` of null takes the link away. */
export class UpdateEmployeeDto extends PartialType(CreateEmployeeDto, { skipNullProperties: false }) {}

/** A part of the list of employees, newest first. */
export class EmployeePageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: Employee[];
}
