import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { secureOpenApi } from 'nest-gatehouse';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
const document = () => SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Departments').build());
SwaggerModule.setup('docs', app, () => secureOpenApi(app, document()));
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
