import type { Permission, Principal } from '../policy/index.js';
import type { Change, TokenCarrier, TokenVerifier } from '../validity/index.js';
import { Admission, type GuardedRequest, type Rule } from './admission.js';
import { ApplicationVerifier, type ClientDecisions } from './application-verifier.js';
import { Declaration } from './declaration.js';
import { DirectIntrospection } from './direct-introspection.js';
import { EventStream, type StreamStatus } from './event-stream.js';
import { expressMiddleware, type Middleware } from './express.js';
import { fastifyHook, fastifyPlugin, type FastifyHook } from './fastify.js';
import { FaultLog } from './fault-log.js';
import { toRefusal } from './http-answer.js';
import { IntrospectedTokenSource } from './introspected.token-source.js';
import { Introspection } from './introspection.js';
import { LeaseWatch } from './lease-watch.js';
import { loginAddress } from './login-address.js';
import { NewsLease } from './news-lease.js';
import { readOptions, type ClientSettings, type GatehouseOptions } from './options.js';
import { OwnTokens, type TokenWish } from './own-tokens.js';
import { RemoteKeys } from './remote-keys.js';
import { Service } from './service.js';
import { SignatureVerifier } from './signed-claims.js';
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
  readonly held: { readonly tokens: number; readonly bytes: number };
  /** Whether the service has taken the application's permissions. */
  readonly declared: boolean;
}

/** {@link Gatehouse.ready} waits so long for the first news. Milliseconds. */
const PATIENCE = 5_000;

/** Guards an application by a service that is elsewhere. Made by `createGatehouse()`. */
export class Gatehouse {
  /** For Fastify: `app.register(gatehouse.fastify)`, once, before the routes. */
  readonly fastify = fastifyPlugin;

  /** Answers for a bare token; throws InvalidTokenError and ValidityUnknownError. For frameworks that aren't foreseen here. */
  readonly verifier: TokenVerifier;

  private readonly settings: ClientSettings;
  private readonly lease = new NewsLease();
  private readonly keys: RemoteKeys;
  private readonly own: OwnTokens;
  private readonly applications: ApplicationVerifier;
  private readonly stream: EventStream;
  private readonly declaration: Declaration;
  private readonly admission: Admission;
  private declaring: Promise<void> | undefined;
  private watch: LeaseWatch | undefined;

  /** @throws GatehouseOptionsError */
  constructor(options: GatehouseOptions) {
    const settings = (this.settings = readOptions(options));
    const faults = new FaultLog(settings.logger);
    const service = new Service(settings);
    const position = (): ReturnType<() => EventStream['position']> => this.stream.position;
    this.keys = new RemoteKeys(service);
    const signatures = new SignatureVerifier(this.keys, settings, this.lease);
    const introspection = new Introspection(service, faults);
    this.verifier = this.applications = new ApplicationVerifier(
      settings.clientId,
      new IntrospectedTokenSource(signatures, introspection, position),
      new DirectIntrospection(signatures, introspection, position),
      this.lease,
      settings.whenUnreachable,
      settings.cacheBytes,
    );
    this.own = new OwnTokens(service, faults);
    this.stream = new EventStream(service, this.own, this.lease, (changes) => this.apply(changes), faults);
    this.declaration = new Declaration(service, this.own, faults);
    this.admission = new Admission(this.verifier, settings.loginUrl);
  }

  /** Begins to hear the news, and declares permissions. Once; `createGatehouse()` does it. */
  start(permissions: readonly Permission[] = this.settings.permissions): void {
    if (this.declaring) return;
    const { whenUnreachable, logger } = this.settings;
    this.stream.start();
    this.watch = new LeaseWatch(this.lease, whenUnreachable, logger, () => this.stream.status.lastError);
    // So that the first request doesn't wait for them. Without them it fetches them itself.
    void this.keys.reload().catch(() => {});
    this.declaring = permissions.length > 0 ? this.declaration.declare(permissions) : Promise.resolve();
    // Said in the log; whoever wants to know more awaits ready().
    this.declaring.catch(() => {});
  }

  /**
   * Waits until the application can decide by itself: its permissions are declared, and the news arrive. At most 5 s: an
   * application starts without its service too, and answers 503 until that is there.
   *
   * @throws DeclarationError when the service refuses the application's permissions
   */
  async ready(): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    await Promise.race([this.declaring, this.lateBy(deadline)]);
    while (!this.lease.isFresh && performance.now() < deadline) await pause(20);
  }

  /**
   * Who makes a request: the principal of its token, or the anonymous one. Answers without a promise where the token is
   * known.
   *
   * @throws Refusal 400, 401 or 503, with the headers and the problem details of the answer
   */
  authenticate(request: TokenCarrier): Principal | Promise<Principal> {
    try {
      const principal = this.admission.identify(request);
      return 'then' in principal ? principal.catch(asRefusal) : principal;
    } catch (error) {
      return asRefusal(error);
    }
  }

  /**
   * Requires that a condition holds for somebody. Answers without a promise unless checks have to run.
   *
   * @param request what checks see; its `params` are parsed for them
   * @throws Refusal 401 for the anonymous principal, 403 for others; 400 for a malformed parameter
   */
  authorize(principal: Principal, condition: Rule, request: { params?: unknown } = {}): void | Promise<void> {
    return this.admission.require(principal, condition, request);
  }

  /** A middleware for Express and its like: sets `request.user`, or answers. `'public'` lets everybody pass, known or not. */
  protect(condition: Rule): Middleware {
    return expressMiddleware(this.admission, condition);
  }

  /** The same as a hook for Fastify, best as `onRequest`: `app.get('/orders', { onRequest: gatehouse.hook(Orders.read) }, …)`. */
  hook(condition: Rule): FastifyHook {
    return fastifyHook(this.admission, condition);
  }

  /** Where a browser without a token is to be sent from this request, if `loginUrl` is set and it opens a page. */
  loginAddress(request: unknown): string | undefined {
    return this.settings.loginUrl === undefined
      ? undefined
      : loginAddress(this.settings.loginUrl, request as Required<GuardedRequest>);
  }

  /**
   * An access token of this application itself, for calls of its own to other applications: kept, and renewed in time.
   *
   * @throws ServiceError
   */
  token(wish?: TokenWish): Promise<string> {
    return this.own.get(wish);
  }

  /** The address of the service. */
  get issuer(): string {
    return this.settings.issuer;
  }

  /** Whom tokens are to be for that are good here. */
  get audience(): string {
    return this.settings.audience;
  }

  get status(): GatehouseStatus {
    return {
      deciding: this.lease.isFresh ? 'memory' : this.settings.whenUnreachable.name,
      leaseAge: this.lease.age,
      stream: this.stream.status,
      decisions: this.applications.decisions,
      held: this.applications.held,
      declared: this.declaration.isDone,
    };
  }

  /** Ends the stream and all timers. Afterwards everything is decided as without news. */
  async close(): Promise<void> {
    this.watch?.stop();
    await Promise.all([this.stream.close(), this.declaration.close()]);
  }

  private apply(changes: readonly Change[]): void {
    this.applications.apply(changes);
    if (changes.some(({ kind }) => kind === 'keys' || kind === 'all')) void this.keys.reload().catch(() => {});
  }

  private lateBy(deadline: number): Promise<void> {
    return pause(Math.max(0, deadline - performance.now()));
  }
}

/** Guards an application by the Gatehouse service at `issuer`, and begins at once to hear its news. */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const gatehouse = new Gatehouse(options);
  gatehouse.start();
  return gatehouse;
}

/** The principal that guarded a request; for languages and frameworks whose types don't know `request.user`. */
export function principalOf(request: object): Principal {
  const { user } = request as { user?: Principal | null };
  if (!user) throw new TypeError('The request has no principal: nothing guards this route.');
  return user;
}

function asRefusal(error: unknown): never {
  throw toRefusal(error) ?? error;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
