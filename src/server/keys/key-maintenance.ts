import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PURPOSE, type Purpose } from '../settings.token.js';
import { KeyRotation } from './key-rotation.js';

/** Milliseconds. A key goes at most so long after its last token has expired. */
const INTERVAL = 5 * 60_000;

/** Rotates by schedule, and removes keys whose last token has expired. Every instance tries, and one of them does it. */
@Injectable()
export class KeyMaintenance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(KeyMaintenance.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly rotation: KeyRotation,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  onApplicationBootstrap(): void {
    if (this.purpose === 'service') this.timer = setInterval(() => void (this.running = this.run()), INTERVAL).unref();
  }

  /** What is under way still needs the database. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Does what is due now. What fails is logged, and done the next time. */
  async run(): Promise<void> {
    try {
      if (await this.rotation.rotateIfDue()) this.logger.log('Rotated the signing keys by schedule.');
      const removed = await this.rotation.removeSpent();
      if (removed > 0) this.logger.log(`Removed signing keys whose last token has expired: ${removed}.`);
    } catch (error) {
      this.logger.warn(`The signing keys could not be looked after: ${(error as Error).message}`);
    }
  }
}
