import { Module } from '@nestjs/common';
import { Finance, HumanResources, Marketing } from './departments.js';

@Module({ controllers: [Marketing, Finance, HumanResources] })
export class AppModule {}
