import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { definePermissions, defineRole, GatehouseModule, Protected } from 'nest-gatehouse';
import { HttpUserSource } from './http-user-source.js';

const Data = definePermissions('data', { finance: 'Finance data' });
const Accountant = defineRole('accountant', [Data.finance], 'Sees the finance data');

const people = new HttpUserSource({
  url: process.env.PEOPLE_URL ?? 'http://127.0.0.1:9000',
  secret: process.env.PEOPLE_SECRET ?? '',
  groupRules: [{ from: 'Accounting', to: 'finance' }],
});
const gatehouse = GatehouseModule.forRoot({
  publicUrl: `http://127.0.0.1:${process.env.PORT ?? 3000}/auth`,
  appSecret: process.env.APP_SECRET ?? '',
  permissions: [Data, Accountant],
  userSources: [people],
  userSourceCheckInterval: '10s',
});

@Controller()
class Departments {
  @Get('finance/data') @Protected(Data.finance) finance(): string {
    return 'finance_data';
  }
}

@Module({ imports: [gatehouse], controllers: [Departments] })
class AppModule {}

const app = await NestFactory.create(AppModule);
await app.enableShutdownHooks().listen(process.env.PORT ?? 3000, '127.0.0.1');
