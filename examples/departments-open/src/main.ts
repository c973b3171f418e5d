import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

@Controller()
class Departments {
  @Get('marketing/data') marketing(): string {
    return 'marketing_data';
  }
  @Get('finance/data') finance(): string {
    return 'finance_data';
  }
  @Get('hr/data') hr(): string {
    return 'hr_data';
  }
}

@Module({ controllers: [Departments] })
class AppModule {}

const app = await NestFactory.create(AppModule);
const document = () => SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Departments').build());
SwaggerModule.setup('docs', app, document);
await app.enableShutdownHooks().listen(process.env.PORT ?? 3000, '127.0.0.1');
