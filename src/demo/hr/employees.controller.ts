import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Protected } from '../../access/index.js';
import { anyOf, authenticated, check, uuid, type Principal } from '../../policy/index.js';
import { Creates } from '../creates.decorator.js';
import { IdDto } from '../id.dto.js';
import { PageQueryDto } from '../page.dto.js';
import { CreateEmployeeDto, EmployeePageDto, UpdateEmployeeDto } from './employee.dto.js';
import { Employee } from './employee.entity.js';
import { EmployeesService } from './employees.service.js';
import { Employees } from './hr.permissions.js';
import { OwnEmployeeRecord } from './own-employee-record.check.js';

/** A guarded resource where people may read what is theirs, without a permission. */
@ApiTags('HR')
@Controller('hr/employees')
export class EmployeesController {
  constructor(private readonly employees: EmployeesService) {}

  /** List the employees, newest first */
  @Get()
  @Protected(Employees.read)
  @ApiOperation({ operationId: 'listEmployees' })
  list(@Query() page: PageQueryDto): Promise<EmployeePageDto> {
    return this.employees.list(page);
  }

  /**
   * Take on an employee
   * @throws {409} The account is linked to another employee.
   */
  @Post()
  @Protected(Employees.create)
  @Creates(Employee, '/hr/employees')
  @ApiOperation({ operationId: 'createEmployee' })
  create(@Body() employee: CreateEmployeeDto): Promise<Employee> {
    return this.employees.create(employee);
  }

  /**
   * Read one’s own record
   * @throws {404} No record is linked to the caller’s account.
   */
  @Get('me')
  @Protected(authenticated)
  @ApiOperation({ operationId: 'getOwnEmployee' })
  me(@CurrentUser() user: Principal): Promise<Employee> {
    return this.employees.getByAccount(user.id);
  }

  /**
   * Read an employee’s record
   * @throws {404} There is no such employee.
   */
  @Get(':id')
  @Protected(anyOf(Employees.read, check(OwnEmployeeRecord, { id: uuid })))
  @ApiOperation({ operationId: 'getEmployee' })
  get(@Param() { id }: IdDto): Promise<Employee> {
    return this.employees.get(id);
  }

  /**
   * Change an employee’s record
   * @remarks Replaces the fields that are named; naming none changes nothing.
   * @throws {404} There is no such employee.
   * @throws {409} The account is linked to another employee.
   */
  @Patch(':id')
  @Protected(Employees.update)
  @ApiOperation({ operationId: 'updateEmployee' })
  update(@Param() { id }: IdDto, @Body() changes: UpdateEmployeeDto): Promise<Employee> {
    return this.employees.update(id, changes);
  }

  /**
   * Delete an employee’s record
   * @throws {404} There is no such employee.
   */
  @Delete(':id')
  @HttpCode(204)
  @Protected(Employees.delete)
  @ApiOperation({ operationId: 'deleteEmployee' })
  delete(@Param() { id }: IdDto): Promise<void> {
    return this.employees.delete(id);
  }
}
