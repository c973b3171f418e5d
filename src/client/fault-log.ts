import type { GatehouseLogger } from './logger.js';

/** Says of each fault that it began and that it is over, once each, however often it is met. */
export class FaultLog {
  private readonly present = new Map<string, string>();

  constructor(private readonly logger: GatehouseLogger) {}

  /** @param sentence said if it is another than the last one of this kind */
  report(kind: string, sentence: string): void {
    if (this.present.get(kind) === sentence) return;
    this.present.set(kind, sentence);
    this.logger.error(`Gatehouse: ${sentence}`);
  }

  /** @param sentence said if there was a fault of this kind */
  over(kind: string, sentence?: string): void {
    if (this.present.delete(kind) && sentence) this.logger.info(`Gatehouse: ${sentence}`);
  }
}
