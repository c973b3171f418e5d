import { Module } from '@nestjs/common';
import { GatehouseModule } from 'nest-gatehouse';
import { Data, Finance, HumanResources, Marketing } from './departments.js';

const publicUrl = `http://127.0.0.1:${process.env['PORT'] ?? 3000}/auth`;
const appSecret = process.env['APP_SECRET'] ?? '';

@Module({
  imports: [GatehouseModule.forRoot({ path: '/auth', publicUrl, appSecret, permissions: [Data] })],
  controllers: [Marketing, Finance, HumanResources],
})
export class AppModule {}
