import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsLine } from '../is-line.decorator.js';
import { IsWholeNumber } from '../is-whole-number.decorator.js';
import { PageDto } from '../page.dto.js';
import { CURRENCIES, Invoice, type Currency } from './invoice.entity.js';

/** An invoice to be written. Who wrote it is known from the token, and never taken from here. */
export class CreateInvoiceDto {
  /**
   * Who is to pay.
   * @example "Orchard Ltd."
   */
  @IsLine(200)
  customer: string;

  /**
   * The amount, in hundredths of the currency.
   * @example 119000
   */
  @IsWholeNumber(1, 1_000_000_000_000)
  amountCents: number;

  /** @example EUR */
  @IsIn(CURRENCIES)
  currency: Currency;
}

/** The fields to change. A field that is left out stays as it is; null is not the same as left out. */
export class UpdateInvoiceDto extends PartialType(CreateInvoiceDto, { skipNullProperties: false }) {}

/** A part of the list of invoices, newest first. */
export class InvoicePageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: Invoice[];
}
