import { ApiProperty } from '@nestjs/swagger';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { ONE_LINE } from '../is-line.decorator.js';

/** Where campaigns can run. */
export const CHANNELS = ['mail', 'print', 'social', 'television'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A marketing campaign. */
@Entity('demo_campaigns')
export class Campaign {
  /** @example 6f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11 */
  @ApiProperty({ format: 'uuid' })
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** @example "Spring sale" */
  @ApiProperty({ minLength: 1, maxLength: 100, pattern: ONE_LINE })
  @Column('text')
  name: string;

  /** @example social */
  @ApiProperty({ enum: CHANNELS })
  @Column('text')
  channel: Channel;

  /**
   * What it may cost, in cents.
   * @example 250000
   */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 1_000_000_000_000 })
  @Column('bigint', { name: 'budget_cents' })
  budgetCents: number;

  /** @example 2026-03-01T09:30:00.000Z */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt: Date;
}
