import { Injectable } from '@nestjs/common';
import { Repository } from 'typeorm';
import type { AccessCheck, Principal } from '../../policy/index.js';
import { InjectRepository } from '../../server/database/inject-repository.js';
import { Employee } from './employee.entity.js';

/** Lets pass whose record it is. Others don't learn whether there is one. */
@Injectable()
export class OwnEmployeeRecord implements AccessCheck<{ id: string }> {
  constructor(@InjectRepository(Employee) private readonly employees: Repository<Employee>) {}

  check(user: Principal, { id }: { id: string }): Promise<boolean> {
    return this.employees.existsBy({ id, accountId: user.id });
  }
}
