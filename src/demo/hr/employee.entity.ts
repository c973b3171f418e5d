import { ApiProperty } from '@nestjs/swagger';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { ONE_LINE } from '../is-line.decorator.js';

/** The record of an employee, who may or may not have an account. */
@Entity('demo_employees')
export class Employee {
  /** @example c2d8a7f4-5b1e-4f3a-9e60-7d4c3b2a1f08 */
  @ApiProperty({ format: 'uuid' })
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** @example "Heidi Huber" */
  @ApiProperty({ minLength: 1, maxLength: 200, pattern: ONE_LINE })
  @Column('text')
  name: string;

  /** @example "Head of human resources" */
  @ApiProperty({ minLength: 1, maxLength: 100, pattern: ONE_LINE })
  @Column('text', { name: 'job_title' })
  jobTitle: string;

  /**
   * The id of the employee’s account; null when there is none.
   * @example 5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  @Column('uuid', { name: 'account_id', nullable: true })
  accountId: string | null;

  /** @example 2026-03-01T09:30:00.000Z */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt: Date;
}
