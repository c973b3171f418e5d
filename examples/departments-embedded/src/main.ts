import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { definePermissions, GatehouseModule, Protected, secureOpenApi } from 'nest-gatehouse';

const Data = definePermissions('data', { marketing: 'Marketing data', finance: 'Finance data', hr: 'HR data' });
const publicUrl = `http://127.0.0.1:${process.env.PORT ?? 3000}/auth`;
const gatehouse = GatehouseModule.forRoot({ publicUrl, appSecret: process.env.APP_SECRET ?? '', permissions: [Data] });

@Controller()
class Departments {
  @Get('marketing/data') @Protected(Data.marketing) marketing(): string {
    return 'marketing_data';
  }
  @Get('finance/data') @Protected(Data.finance) finance(): string {
    return 'finance_data';
  }
  @Get('hr/data') @Protected(Data.hr) hr(): string {
    return 'hr_data';
  }
}

@Module({ imports: [gatehouse], controllers: [Departments] })
class AppModule {}

const app = await NestFactory.create(AppModule);
const document = () => SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Departments').build());
SwaggerModule.setup('docs', app, () => secureOpenApi(app, document()));
await app.enableShutdownHooks().listen(process.env.PORT ?? 3000, '127.0.0.1');
