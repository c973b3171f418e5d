"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.EventStream = void 0;
const promises_1 = require("node:timers/promises");
const index_js_1 = require("../validity/index.js");
const backoff_js_1 = require("./backoff.js");
const cursor_js_1 = require("./cursor.js");
const news_lease_js_1 = require("./news-lease.js");
const news_js_1 = require("./news.js");
const service_error_js_1 = require("./service-error.js");
const sse_parser_js_1 = require("./sse-parser.js");
/** What a token needs to open the stream. */
const SCOPE = 'events:subscribe';
/** After which an answer to the request isn't waited for any more. Milliseconds. */
const PATIENCE = 3_000;
/**
 * A stream whose heartbeats come too late to be trusted for so long is opened anew: its request may have been held up on
 * the way, and its news would count as that much older until its end. Milliseconds.
 */
const LATE = 1_000;
/** Hears what died or changed from the service (decision 14), and goes on hearing it until it is closed. */
class EventStream {
    /**
     * @param apply told of changes in their order; what it does is done when it returns
     * @param clock for tests
     */
    constructor(service, tokens, lease, apply, faults, clock = index_js_1.now) {
        this.service = service;
        this.tokens = tokens;
        this.lease = lease;
        this.apply = apply;
        this.faults = faults;
        this.clock = clock;
        this.state = 'connecting';
        this.openings = 0;
        this.failures = 0;
        this.closing = new AbortController();
    }
    /** Where it is; undefined before it was first opened. */
    get position() {
        return this.cursor;
    }
    get status() {
        const { state, openings, lastError } = this;
        return { state, openings, lastError, cursor: this.cursor && (0, cursor_js_1.sayCursor)(this.cursor) };
    }
    start() {
        this.running ??= this.run();
    }
    async close() {
        this.closing.abort();
        await this.running;
        this.state = 'closed';
    }
    async run() {
        const { signal } = this.closing;
        while (!signal.aborted) {
            const session = new AbortController();
            const abort = () => session.abort();
            signal.addEventListener('abort', abort);
            try {
                this.state = 'connecting';
                await this.hear(session);
                this.lastError = undefined;
            }
            catch (error) {
                this.failed(error, session);
            }
            finally {
                signal.removeEventListener('abort', abort);
                session.abort();
            }
            this.state = 'waiting';
            await (0, promises_1.setTimeout)((0, backoff_js_1.pauseAfter)(this.failures), undefined, { signal }).catch(() => { });
        }
    }
    /** Opens the stream and hears it to its end. */
    async hear(session) {
        this.failures++;
        const token = await this.tokens.get({ scope: SCOPE, resource: this.service.settings.serviceAudience });
        const silence = new Silence(session);
        try {
            silence.expectWithin(PATIENCE);
            // Before it is sent: everything that the service says of its clock is after this moment.
            const sent = this.clock();
            const response = await this.service.send(this.service.at('/events'), {
                headers: {
                    authorization: `Bearer ${token}`,
                    accept: 'text/event-stream',
                    'cache-control': 'no-cache',
                    ...(this.cursor && { 'last-event-id': (0, cursor_js_1.sayCursor)(this.cursor) }),
                },
                signal: session.signal,
            });
            if (!response.ok || !response.body)
                throw await (0, service_error_js_1.errorOf)(response);
            await this.read(chunksOf(response.body, session.signal), sent, silence);
        }
        finally {
            silence.end();
        }
    }
    async read(body, sent, silence) {
        const parser = new sse_parser_js_1.SseParser();
        let opening;
        let lateAt = Infinity;
        for await (const bytes of body) {
            silence.expectWithin(news_lease_js_1.LEASE);
            for (const event of parser.push(bytes)) {
                const news = (0, news_js_1.readNews)(event);
                if (news?.type === 'opened') {
                    opening = { sent, clock: news.clock, lease: news.lease };
                    lateAt = performance.now() + LATE;
                    this.opened(news);
                }
                else if (news?.type === 'drop') {
                    this.apply(news.changes);
                    this.cursor = news.cursor;
                }
                else if (news && opening) {
                    if (!this.lease.heartbeat(opening, news.clock))
                        throw new Error('a clock was set, or runs at another speed');
                    if (this.lease.isFresh) {
                        lateAt = performance.now() + LATE;
                        this.failures = 0;
                    }
                    else if (performance.now() > lateAt)
                        throw new Error('the news come too late to be trusted');
                }
            }
        }
    }
    opened({ cursor, resumed }) {
        if (!resumed)
            this.apply([{ kind: 'all', subject: '' }]);
        this.cursor = cursor;
        this.state = 'open';
        this.openings++;
        this.faults.over('stream');
    }
    failed(error, session) {
        if (this.closing.signal.aborted)
            return;
        const cause = session.signal.aborted ? (session.signal.reason ?? error) : error;
        this.lastError = (0, service_error_js_1.reasonOf)(cause);
        if (cause instanceof service_error_js_1.ServiceError && cause.status === 401)
            this.tokens.forget();
        if (cause instanceof service_error_js_1.ServiceError && (cause.status === 401 || cause.status === 403)) {
            const { issuer, clientId } = this.service.settings;
            this.faults.report('stream', `The service at ${issuer} lets the client "${clientId}" not hear of what dies (${cause.message}). Give its service account the role connected-application.`);
        }
    }
}
exports.EventStream = EventStream;
/**
 * What comes, until it ends or the signal says so. The signal that a request was made with is not enough: Node may forget
 * it once the head of the answer is there (its own end of it is collected as garbage), and then nothing ends the body.
 */
async function* chunksOf(body, signal) {
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => { });
    signal.addEventListener('abort', cancel);
    try {
        for (;;) {
            signal.throwIfAborted();
            const { done, value } = await reader.read();
            signal.throwIfAborted();
            if (done)
                return;
            yield value;
        }
    }
    finally {
        signal.removeEventListener('abort', cancel);
        cancel();
    }
}
/** Ends a session on which nothing comes: a connection that is half closed looks like one on which nothing happens. */
class Silence {
    constructor(session) {
        this.session = session;
    }
    expectWithin(milliseconds) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.session.abort(new Error(`nothing came for ${milliseconds} ms`)), milliseconds);
    }
    end() {
        clearTimeout(this.timer);
    }
}
