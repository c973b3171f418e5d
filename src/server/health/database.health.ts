import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DataSource } from 'typeorm';

/** Longer than a database that works takes to answer, shorter than a load balancer waits. Milliseconds. */
const PATIENCE = 2_000;

/** Whether the database answers. */
@Injectable()
export class DatabaseHealth {
  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly database: DataSource,
  ) {}

  /** Asks it; never throws. */
  async check(): Promise<HealthIndicatorResult<'database'>> {
    const health = this.indicator.check('database');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('late')), PATIENCE);
    });
    try {
      await Promise.race([this.database.query('SELECT 1'), late]);
      return health.up();
    } catch {
      return health.down({ message: 'The database does not answer.' });
    } finally {
      clearTimeout(timer);
    }
  }
}
