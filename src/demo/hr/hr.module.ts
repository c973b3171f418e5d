import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { DatabaseModule } from '../../server/database/database.module.js';
import { Employee } from './employee.entity.js';
import { EmployeesController } from './employees.controller.js';
import { DemoEmployees1763900000003 } from './employees.migration.js';
import { EmployeesService } from './employees.service.js';
import { HrController } from './hr.controller.js';
import { Employees, Hr, HrRole } from './hr.permissions.js';
import { OwnEmployeeRecord } from './own-employee-record.check.js';

/** The human resources department. */
@Module({
  imports: [
    AccessModule.forFeature([...Object.values(Hr), ...Object.values(Employees), HrRole]),
    DatabaseModule.forFeature([Employee], [DemoEmployees1763900000003]),
  ],
  controllers: [HrController, EmployeesController],
  providers: [EmployeesService, OwnEmployeeRecord],
})
export class HrModule {}
