import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { QueryFailedError, Repository } from 'typeorm';
import { InjectRepository } from '../../server/database/inject-repository.js';
import { readPage } from '../page.js';
import { PageQueryDto } from '../page.dto.js';
import { CreateEmployeeDto, EmployeePageDto, UpdateEmployeeDto } from './employee.dto.js';
import { Employee } from './employee.entity.js';

/** Keeps the records of employees. An account has one at most. */
@Injectable()
export class EmployeesService {
  constructor(@InjectRepository(Employee) private readonly employees: Repository<Employee>) {}

  /** A part of the list, newest first. */
  list(page: PageQueryDto): Promise<EmployeePageDto> {
    return readPage(this.employees, page);
  }

  /** @throws ConflictException when the account has another record */
  create({ name, jobTitle, accountId = null }: CreateEmployeeDto): Promise<Employee> {
    return this.employees.save({ name, jobTitle, accountId }).catch(explain);
  }

  /** @throws NotFoundException when there is none */
  async get(id: string): Promise<Employee> {
    return (await this.employees.findOneBy({ id })) ?? notFound();
  }

  /** @throws NotFoundException when the account has no record */
  async getByAccount(accountId: string): Promise<Employee> {
    return (
      (await this.employees.findOneBy({ accountId })) ??
      notFound('No employee record is linked to your account. Somebody in HR can link one.')
    );
  }

  /**
   * Replaces the fields that are named; naming none changes nothing.
   * @throws NotFoundException when there is none; ConflictException when the account has another record
   */
  async update(id: string, changes: UpdateEmployeeDto): Promise<Employee> {
    if (Object.keys(changes).length > 0) await this.employees.update({ id }, changes).catch(explain);
    return this.get(id);
  }

  /** @throws NotFoundException when there is none */
  async delete(id: string): Promise<void> {
    const { affected } = await this.employees.delete({ id });
    if (!affected) notFound();
  }
}

function notFound(sentence = 'There is no employee with this id.'): never {
  throw new NotFoundException(sentence);
}

const UNIQUE_VIOLATION = '23505';

/** The database alone can tell for certain that an account is taken; asking before would leave a gap. */
function explain(error: unknown): never {
  const { code } = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
  if (code === UNIQUE_VIOLATION) throw new ConflictException('Another employee record is linked to this account.');
  throw error;
}
