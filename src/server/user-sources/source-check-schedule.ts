import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { PURPOSE, SETTINGS, type Purpose } from '../settings.token.js';
import { SourceDownError } from './asked-source.js';
import { SourceChecks } from './source-checks.js';

/**
 * Each instance looks so often within the interval whether a check is due; one is, when the last is nearly an interval
 * old. So none is later than the interval, whichever instance does it, and one that failed is tried again before.
 */
const LOOKS = 5;
const DUE = 0.75;
const JITTER = 0.2;

/** Checks the sources regularly, one instance at a time. */
@Injectable()
export class SourceCheckSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('UserSources');
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly checks: SourceChecks,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  onApplicationBootstrap(): void {
    const isWanted = this.purpose === 'service' && this.settings.userSourceCheckInterval > 0;
    if (isWanted && this.checks.checkable.length > 0) this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.checking;
  }

  private schedule(): void {
    if (this.stopped) return;
    const wait = (this.settings.userSourceCheckInterval * 1_000) / LOOKS;
    this.timer = setTimeout(
      () => {
        this.checking = this.look().finally(() => this.schedule());
      },
      wait * (1 + JITTER * (Math.random() - 0.5)),
    ).unref();
  }

  private async look(): Promise<void> {
    for (const source of this.checks.checkable) {
      try {
        await this.checks.checkIfOlder(source, this.settings.userSourceCheckInterval * DUE);
      } catch (error) {
        // A source that gives no answer is in the log already.
        if (error instanceof SourceDownError) continue;
        this.logger.error(`The people of ${source.name} could not be checked: ${(error as Error).stack}`);
      }
    }
  }
}
