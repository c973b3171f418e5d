import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { SourceChecks } from '../user-sources/source-checks.js';

/** Whether the sources of people answer. One that doesn't keeps nobody else out, so the service can work all the same. */
@Injectable()
export class UserSourcesHealth {
  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly checks: SourceChecks,
  ) {}

  /** Never throws. Nothing is said where there is no other source than the service itself. */
  async check(): Promise<HealthIndicatorResult | Record<string, never>> {
    const states = await this.checks.states();
    if (states.length === 0) return {};
    const health = this.indicator.check('userSources');
    const said = Object.fromEntries(states.map(({ name, state }) => [name, state]));
    return states.every(({ state }) => state === 'up') ? health.up(said) : health.degraded(said);
  }
}
