import type { GatehouseLogger } from './logger.js';
/** Says of each fault that it began and that it is over, once each, however often it is met. */
export declare class FaultLog {
    private readonly logger;
    private readonly present;
    constructor(logger: GatehouseLogger);
    /** @param sentence said if it is another than the last one of this kind */
    report(kind: string, sentence: string): void;
    /** @param sentence said if there was a fault of this kind */
    over(kind: string, sentence?: string): void;
}
