"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.LeaseWatch = void 0;
/** Between two looks. They decide nothing: each request compares the lease with the clock itself. Milliseconds. */
const INTERVAL = 200;
/** An application that has just started is not said to be cut off before so many looks. */
const FIRST_LOOKS = 10;
const MEANING = {
    introspect: 'each request is introspected (whenUnreachable: introspect)',
    refuse: 'everything guarded is answered 503 (whenUnreachable: refuse)',
    'accept-for': 'known tokens are accepted for a while, although they may be dead (whenUnreachable: accept-for)',
};
/** Says once when the lease lapses, and once when it is back. */
class LeaseWatch {
    constructor(lease, mode, logger, reason) {
        this.lease = lease;
        this.mode = mode;
        this.logger = logger;
        this.reason = reason;
        this.looks = 0;
        this.timer = setInterval(() => this.look(), INTERVAL);
        this.timer.unref();
    }
    stop() {
        clearInterval(this.timer);
    }
    look() {
        const { isFresh } = this.lease;
        this.looks++;
        if (isFresh === this.wasFresh || (!isFresh && this.wasFresh === undefined && this.looks < FIRST_LOOKS))
            return;
        if (!isFresh) {
            const reason = this.reason();
            this.logger.warn(`Gatehouse: no news of what died${reason ? ` (${reason})` : ''}. Until they come, ${MEANING[this.mode.name]}.`);
        }
        else if (this.wasFresh === false) {
            this.logger.info('Gatehouse: the news of what died arrive again; tokens are verified from memory.');
        }
        this.wasFresh = isFresh;
    }
}
exports.LeaseWatch = LeaseWatch;
