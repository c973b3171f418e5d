import { ApiProperty } from '@nestjs/swagger';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { ONE_LINE } from '../is-line.decorator.js';

/** The currencies in which invoices are written. */
export const CURRENCIES = ['CHF', 'EUR', 'GBP', 'USD'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** An invoice. Once it is approved it never changes. */
@Entity('demo_invoices')
export class Invoice {
  /** @example 0b6a4a4e-9d53-4c0f-8a7e-53f4b8a0c3d2 */
  @ApiProperty({ format: 'uuid' })
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /**
   * Who is to pay.
   * @example "Orchard Ltd."
   */
  @ApiProperty({ minLength: 1, maxLength: 200, pattern: ONE_LINE })
  @Column('text')
  customer: string;

  /**
   * The amount, in hundredths of the currency.
   * @example 119000
   */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1_000_000_000_000 })
  @Column('bigint', { name: 'amount_cents' })
  amountCents: number;

  /** @example EUR */
  @ApiProperty({ enum: CURRENCIES })
  @Column('text')
  currency: Currency;

  /**
   * The id of the account that wrote it; null for those that came with the demo.
   * @example 5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy: string | null;

  /**
   * The id of the account that approved it; null until then.
   * @example 9a1b2c3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  @Column('uuid', { name: 'approved_by', nullable: true })
  approvedBy: string | null;

  /** @example 2026-03-02T14:00:00.000Z */
  @Column('timestamptz', { name: 'approved_at', nullable: true }) approvedAt: Date | null;

  /** @example 2026-03-01T09:30:00.000Z */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt: Date;
}
