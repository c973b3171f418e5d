// Two routes for the built service, which differ in nothing but who may reach them. Preloaded (`node --import`) into
// dist/main.js, which is otherwise what it always is: the demo's list of controllers gets one more.
import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { Protected } from '../dist/access/protected.decorator.js';
import { Public } from '../dist/access/public.decorator.js';
import { DemoModule } from '../dist/demo/demo.module.js';
import { Finance } from '../dist/demo/finance/finance.permissions.js';
import { ANSWER } from './apps/answer.mjs';
import { decorate } from './apps/decorate.mjs';

class BenchController {
  open() {
    return ANSWER;
  }

  guarded() {
    return ANSWER;
  }
}

decorate(BenchController, 'open', Get('open'), Public());
decorate(BenchController, 'guarded', Get('guarded'), Protected(Finance.read));
Controller('bench')(BenchController);

Reflect.defineMetadata('controllers', [...Reflect.getMetadata('controllers', DemoModule), BenchController], DemoModule);
