import { Module } from '@nestjs/common';
import { Sweeper } from './sweeper.js';

/** Removes what has expired. */
@Module({ providers: [Sweeper], exports: [Sweeper] })
export class SweepingModule {}
