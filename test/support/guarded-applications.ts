import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { fastify } from 'fastify';
import {
  allOf,
  check,
  CurrentUser,
  definePermissions,
  type Gatehouse,
  GATEHOUSE,
  GatehouseClientModule,
  type GatehouseClientOptions,
  principalOf,
  Protected,
  Public,
  type Principal,
  type ParamParser,
} from '../../src/client/nest.js';
import { createGatehouse } from '../../src/client/index.js';

/** The permissions of the applications here. */
export const Orders = definePermissions('shop:orders', { read: 'See orders', write: 'Change orders' });

const username: ParamParser<string> = {
  expects: 'a user name',
  parse: (text) => (/^[a-z]+$/.test(text) ? text : undefined),
};

/** Nobody orders for themselves. */
const notOwn = check((user: Principal, { owner }: { owner: string }) => user.username !== owner, { owner: username });

/** An application that is guarded by the client, and listens. */
export interface GuardedApplication {
  readonly url: string;
  readonly gatehouse: Gatehouse;
  /** Of Nest, the application itself. */
  readonly nest?: NestExpressApplication;
  close(): Promise<void>;
}

/** Serves `/` to everybody, `/orders` and `POST /orders/:owner` to those who may. */
export type Framework = 'Express' | 'Fastify' | 'Nest on Express' | 'Nest on Fastify';

/** Starts one. */
export function startApplication(framework: Framework, options: GatehouseClientOptions): Promise<GuardedApplication> {
  if (framework === 'Express') return startExpress(options);
  if (framework === 'Fastify') return startFastify(options);
  return startNest(framework === 'Nest on Express' ? new ExpressAdapter() : new FastifyAdapter(), options);
}

async function startExpress(options: GatehouseClientOptions): Promise<GuardedApplication> {
  const gatehouse = createGatehouse({ ...options, permissions: [Orders] });
  const app = express();
  app.get('/', gatehouse.protect('public'), (request, response) => void response.send(principalOf(request).kind));
  app.get('/orders', gatehouse.protect(Orders.read), (request, response) => {
    response.json([principalOf(request).username]);
  });
  app.post('/orders/:owner', gatehouse.protect(allOf(Orders.write, notOwn)), (_, response) => void response.json([]));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await gatehouse.ready();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    gatehouse,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await gatehouse.close();
    },
  };
}

async function startFastify(options: GatehouseClientOptions): Promise<GuardedApplication> {
  const gatehouse = createGatehouse({ ...options, permissions: [Orders] });
  const app = fastify({ forceCloseConnections: true });
  await app.register(gatehouse.fastify);
  app.get('/', { onRequest: gatehouse.hook('public') }, (request) => principalOf(request).kind);
  app.get('/orders', { onRequest: gatehouse.hook(Orders.read) }, (request) => [principalOf(request).username]);
  app.post('/orders/:owner', { onRequest: gatehouse.hook(allOf(Orders.write, notOwn)) }, () => []);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await gatehouse.ready();
  return {
    url,
    gatehouse,
    close: async () => {
      await app.close();
      await gatehouse.close();
    },
  };
}

@Controller()
class OrdersController {
  @Get() @Public() home(@CurrentUser() user: Principal): string {
    return user.kind;
  }
  @Get('orders') @Protected(Orders.read) list(@CurrentUser() user: Principal): string[] {
    return [user.username];
  }
  @Post('orders/:owner') @Protected(allOf(Orders.write, notOwn)) write(@Param('owner') owner: string): string[] {
    return [owner];
  }
}

async function startNest(
  adapter: ExpressAdapter | FastifyAdapter,
  options: GatehouseClientOptions,
): Promise<GuardedApplication> {
  @Module({
    imports: [GatehouseClientModule.forRoot({ ...options, permissions: [Orders] })],
    controllers: [OrdersController],
  })
  class Root {}
  const app = await NestFactory.create<NestExpressApplication>(Root, adapter as ExpressAdapter, {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), gatehouse: app.get(GATEHOUSE), nest: app, close: () => app.close() };
}
