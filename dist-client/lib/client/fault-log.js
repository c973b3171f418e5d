"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.FaultLog = void 0;
/** Says of each fault that it began and that it is over, once each, however often it is met. */
class FaultLog {
    constructor(logger) {
        this.logger = logger;
        this.present = new Map();
    }
    /** @param sentence said if it is another than the last one of this kind */
    report(kind, sentence) {
        if (this.present.get(kind) === sentence)
            return;
        this.present.set(kind, sentence);
        this.logger.error(`Gatehouse: ${sentence}`);
    }
    /** @param sentence said if there was a fault of this kind */
    over(kind, sentence) {
        if (this.present.delete(kind) && sentence)
            this.logger.info(`Gatehouse: ${sentence}`);
    }
}
exports.FaultLog = FaultLog;
