import { ConflictException, ForbiddenException, Injectable, NotFoundException } from '@nestjs/common';
import { Repository, type EntityManager } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import { InjectRepository } from '../../server/database/inject-repository.js';
import { readPage } from '../page.js';
import { PageQueryDto } from '../page.dto.js';
import { CreateInvoiceDto, InvoicePageDto, UpdateInvoiceDto } from './invoice.dto.js';
import { Invoice } from './invoice.entity.js';

/** Keeps the invoices, and what must hold for them whoever calls. */
@Injectable()
export class InvoicesService {
  constructor(@InjectRepository(Invoice) private readonly invoices: Repository<Invoice>) {}

  /** A part of the list, newest first. */
  list(page: PageQueryDto): Promise<InvoicePageDto> {
    return readPage(this.invoices, page);
  }

  create({ customer, amountCents, currency }: CreateInvoiceDto, { id: createdBy }: Principal): Promise<Invoice> {
    return this.invoices.save({ customer, amountCents, currency, createdBy, approvedBy: null, approvedAt: null });
  }

  /** @throws NotFoundException when there is none */
  async get(id: string): Promise<Invoice> {
    return (await this.invoices.findOneBy({ id })) ?? notFound();
  }

  /**
   * Replaces the fields that are named; naming none changes nothing.
   * @throws NotFoundException when there is none; ConflictException when it is approved
   */
  update(id: string, changes: UpdateInvoiceDto): Promise<Invoice> {
    return this.change(id, (invoice, manager) => manager.save(Object.assign(invoice, changes)));
  }

  /** @throws NotFoundException when there is none; ConflictException when it is approved */
  async delete(id: string): Promise<void> {
    await this.change(id, (invoice, manager) => manager.remove(invoice));
  }

  /**
   * Approves an invoice of somebody else. `NotOwnInvoice` has asked before whose it is, but that was another moment:
   * what must be certain is asked again, under the lock.
   * @throws NotFoundException when there is none; ConflictException when it is approved; ForbiddenException when it is
   * the approver's own
   */
  approve(id: string, approver: Principal): Promise<Invoice> {
    return this.change(id, (invoice, manager) => {
      if (invoice.createdBy === approver.id) throw new ForbiddenException('Nobody approves an invoice of their own.');
      return manager.save(Object.assign(invoice, { approvedBy: approver.id, approvedAt: new Date() }));
    });
  }

  /** Changes an invoice that isn't approved yet. Its row stays locked until that is committed, so changes take turns. */
  private change<Result>(
    id: string,
    how: (invoice: Invoice, manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    return this.invoices.manager.transaction(async (manager) => {
      const invoice = await manager.findOne(Invoice, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!invoice) notFound();
      if (invoice.approvedAt) throw new ConflictException('This invoice is approved; it can’t be changed any more.');
      return how(invoice, manager);
    });
  }
}

function notFound(): never {
  throw new NotFoundException('There is no invoice with this id.');
}
