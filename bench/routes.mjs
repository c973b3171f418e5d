// Two routes for the built service, which differ in nothing but who may reach them. Preloaded (`node --import`) into
// dist/main.js, which is otherwise what it always is: the demo's list of controllers gets one more.
import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { Protected } from '../dist/access/protected.decorator.js';
import { Public } from '../dist/access/public.decorator.js';
import { DemoModule } from '../dist/demo/demo.module.js';
import { Finance } from '../dist/demo/finance/finance.permissions.js';

class BenchController {
  open() {
    return { name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' };
  }

  guarded() {
    return { name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' };
  }
}

const decorate = (name, ...decorators) =>
  Reflect.decorate(
    decorators,
    BenchController.prototype,
    name,
    Object.getOwnPropertyDescriptor(BenchController.prototype, name),
  );
decorate('open', Get('open'), Public());
decorate('guarded', Get('guarded'), Protected(Finance.read));
Controller('bench')(BenchController);

Reflect.defineMetadata('controllers', [...Reflect.getMetadata('controllers', DemoModule), BenchController], DemoModule);
