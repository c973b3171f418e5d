import { Injectable } from '@nestjs/common';
import { Repository } from 'typeorm';
import type { AccessCheck, Principal } from '../../policy/index.js';
import { InjectRepository } from '../../server/database/inject-repository.js';
import { Invoice } from './invoice.entity.js';

/** Lets pass whoever did not write the invoice. One that isn't there is nobody's: the handler answers 404. */
@Injectable()
export class NotOwnInvoice implements AccessCheck<{ id: string }> {
  constructor(@InjectRepository(Invoice) private readonly invoices: Repository<Invoice>) {}

  async check(user: Principal, { id }: { id: string }): Promise<boolean> {
    return !(await this.invoices.existsBy({ id, createdBy: user.id }));
  }
}
