// The least Nest application on Fastify: one route.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ANSWER, listening } from './answer.mjs';
import { decorate } from './decorate.mjs';

const { port } = JSON.parse(process.argv[2]);

class OrdersController {
  open() {
    return ANSWER;
  }
}
decorate(OrdersController, 'open', Get('open'));
Controller()(OrdersController);

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is what its decorator says
class AppModule {}
Module({ controllers: [OrdersController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(port, '127.0.0.1');
listening();
