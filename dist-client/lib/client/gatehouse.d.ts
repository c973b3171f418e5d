import type { Permission, Principal } from '../policy/index.js';
import type { TokenCarrier, TokenVerifier } from '../validity/index.js';
import { type Rule } from './admission.js';
import { type ClientDecisions } from './application-verifier.js';
import { type StreamStatus } from './event-stream.js';
import { type Middleware } from './express.js';
import { type FastifyHook } from './fastify.js';
import { type GatehouseOptions } from './options.js';
import { type TokenWish } from './own-tokens.js';
import type { UnreachableMode } from './when-unreachable.js';
/** How the application stands with its service, for health checks and metrics. */
export interface GatehouseStatus {
    /** By what tokens are decided now: `memory` while the news are fresh, else the mode. */
    readonly deciding: 'memory' | UnreachableMode['name'];
    /** Since the moment up to which everything is known. Milliseconds; infinite before the first news. */
    readonly leaseAge: number;
    readonly stream: StreamStatus;
    readonly decisions: ClientDecisions;
    /** Verified tokens in memory, and the bytes that they are said to take. */
    readonly held: {
        readonly tokens: number;
        readonly bytes: number;
    };
    /** Whether the service has taken the application's permissions. */
    readonly declared: boolean;
}
/** Guards an application by a service that is elsewhere. Made by `createGatehouse()`. */
export declare class Gatehouse {
    /** For Fastify: `app.register(gatehouse.fastify)`, once, before the routes. */
    readonly fastify: import("./fastify.js").FastifyPlugin;
    /** Answers for a bare token; throws InvalidTokenError and ValidityUnknownError. For frameworks that aren't foreseen here. */
    readonly verifier: TokenVerifier;
    private readonly settings;
    private readonly lease;
    private readonly keys;
    private readonly own;
    private readonly applications;
    private readonly stream;
    private readonly declaration;
    private readonly admission;
    private declaring;
    private watch;
    /** @throws GatehouseOptionsError */
    constructor(options: GatehouseOptions);
    /** Begins to hear the news, and declares permissions. Once; `createGatehouse()` does it. */
    start(permissions?: readonly Permission[]): void;
    /**
     * Waits until the application can decide by itself: its permissions are declared, and the news arrive. At most 5 s: an
     * application starts without its service too, and answers 503 until that is there.
     *
     * @throws DeclarationError when the service refuses the application's permissions
     */
    ready(): Promise<void>;
    /**
     * Who makes a request: the principal of its token, or the anonymous one. Answers without a promise where the token is
     * known.
     *
     * @throws Refusal 400, 401 or 503, with the headers and the problem details of the answer
     */
    authenticate(request: TokenCarrier): Principal | Promise<Principal>;
    /**
     * Requires that a condition holds for somebody. Answers without a promise unless checks have to run.
     *
     * @param request what checks see; its `params` are parsed for them
     * @throws Refusal 401 for the anonymous principal, 403 for others; 400 for a malformed parameter
     */
    authorize(principal: Principal, condition: Rule, request?: {
        params?: unknown;
    }): void | Promise<void>;
    /** A middleware for Express and its like: sets `request.user`, or answers. `'public'` lets everybody pass, known or not. */
    protect(condition: Rule): Middleware;
    /** The same as a hook for Fastify, best as `onRequest`: `app.get('/orders', { onRequest: gatehouse.hook(Orders.read) }, …)`. */
    hook(condition: Rule): FastifyHook;
    /** Where a browser without a token is to be sent from this request, if `loginUrl` is set and it opens a page. */
    loginAddress(request: unknown): string | undefined;
    /**
     * An access token of this application itself, for calls of its own to other applications: kept, and renewed in time.
     *
     * @throws ServiceError
     */
    token(wish?: TokenWish): Promise<string>;
    /** The address of the service. */
    get issuer(): string;
    /** Whom tokens are to be for that are good here. */
    get audience(): string;
    get status(): GatehouseStatus;
    /** Ends the stream and all timers. Afterwards everything is decided as without news. */
    close(): Promise<void>;
    private apply;
    private lateBy;
}
/** Guards an application by the Gatehouse service at `issuer`, and begins at once to hear its news. */
export declare function createGatehouse(options: GatehouseOptions): Gatehouse;
/** The principal that guarded a request; for languages and frameworks whose types don't know `request.user`. */
export declare function principalOf(request: object): Principal;
