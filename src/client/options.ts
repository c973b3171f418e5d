import { isPermissionName, type Permission } from '../policy/index.js';
import type { GatehouseLogger } from './logger.js';
import { postBy, postByNode, type Post } from './post.js';
import { parseWhenUnreachable, type UnreachableMode, type WhenUnreachable } from './when-unreachable.js';

/** Permissions as `definePermissions` makes them, a whole area or one. */
export type PermissionList = readonly (Permission | Readonly<Record<string, Permission>>)[];

/** What an application says of itself and of its service. */
export interface GatehouseOptions {
  /** The service's address, exactly as its `PUBLIC_URL` says it: the `iss` of its tokens (RFC 8414 §2). */
  readonly issuer: string;
  /** This application's own audience: the `aud` of the tokens that are meant for it (RFC 9700 §2.3). */
  readonly audience: string;
  /** The client as which this application speaks to the service. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The service's own audience, where its setting `TOKEN_AUDIENCE` says another than the issuer. */
  readonly serviceAudience?: string;
  /** Permissions that the application declares, so that administrators can put them into roles. */
  readonly permissions?: PermissionList;
  /** What is done when the news can't arrive; see {@link WhenUnreachable}. `introspect` when left out. */
  readonly whenUnreachable?: WhenUnreachable;
  /** Where browsers without a token are sent: an address of this application, or a whole one. */
  readonly loginUrl?: string;
  /** What verified tokens may take in memory. Bytes; 64 MB when left out, which is some 30,000 tokens. */
  readonly cacheBytes?: number;
  /** `console` when left out. */
  readonly logger?: GatehouseLogger;
  /** For tests, proxies and other addresses inside a network than outside; the global one when left out. */
  readonly fetch?: typeof fetch;
}

/** The options, checked and complete. */
export interface ClientSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly serviceAudience: string;
  readonly permissions: readonly Permission[];
  readonly whenUnreachable: UnreachableMode;
  readonly loginUrl: string | undefined;
  readonly cacheBytes: number;
  readonly logger: GatehouseLogger;
  readonly fetch: typeof fetch;
  readonly post: Post;
}

/** An option is missing or wrong. */
export class GatehouseOptionsError extends TypeError {
  override readonly name = 'GatehouseOptionsError';

  /** @param problems one sentence each, which names the option */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const CACHE_BYTES = 64 * 1024 * 1024;
const LEAST_CACHE_BYTES = 64 * 1024;

/** @throws GatehouseOptionsError with all problems at once */
export function readOptions(options: GatehouseOptions): ClientSettings {
  const { issuer, audience, clientId, clientSecret, whenUnreachable = 'introspect', loginUrl } = options;
  const { cacheBytes = CACHE_BYTES, permissions = [], serviceAudience = issuer } = options;
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => void (holds || problems.push(problem));

  check(
    isIssuer(issuer),
    'issuer must be the http(s) address of the service, without query, fragment or a "/" at its end.',
  );
  check(isText(audience), 'audience must be this application’s own audience, as it is registered at the service.');
  check(isText(clientId), 'clientId must be the id of the client that is registered for this application.');
  check(isText(clientSecret), 'clientSecret must be the secret of that client.');
  check(
    options.serviceAudience === undefined || isText(serviceAudience),
    'serviceAudience must be the TOKEN_AUDIENCE of the service.',
  );
  const mode = parseWhenUnreachable(whenUnreachable);
  check(
    mode !== undefined,
    'whenUnreachable must be "introspect", "refuse", or "accept-for:" and a duration of up to a day, as in "accept-for:5m".',
  );
  check(
    loginUrl === undefined || isAddress(loginUrl),
    'loginUrl must be a path of this application ("/login"), or a whole http(s) address.',
  );
  check(
    Number.isSafeInteger(cacheBytes) && cacheBytes >= LEAST_CACHE_BYTES,
    `cacheBytes must be a whole number of bytes, at least ${LEAST_CACHE_BYTES}.`,
  );
  const listed = Array.isArray(permissions) ? listPermissions(permissions as PermissionList) : [undefined];
  check(
    listed.every((one) => isPermission(one)),
    'permissions must be a list of what definePermissions() made.',
  );
  if (problems.length > 0) throw new GatehouseOptionsError(problems);
  return {
    issuer,
    audience,
    clientId,
    clientSecret,
    serviceAudience,
    permissions: listed as Permission[],
    whenUnreachable: mode!,
    loginUrl,
    cacheBytes,
    logger: options.logger ?? globalThis.console,
    post: options.fetch ? postBy(options.fetch) : postByNode,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

/** The single permissions of a list of areas and permissions, each once. */
export function listPermissions(permissions: PermissionList): Permission[] {
  const all = permissions.flatMap((one) => (isPermission(one) ? [one] : Object.values(one)));
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

function isPermission(value: unknown): value is Permission {
  const { type, name } = (value ?? {}) as Partial<Permission>;
  return type === 'permission' && typeof name === 'string' && isPermissionName(name);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isIssuer(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value) || /[?#]|\/$/.test(value)) return false;
  return isHttp(value);
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (value.startsWith('/')) return !/^\/[/\\]/.test(value);
  return URL.canParse(value) && isHttp(value);
}

function isHttp(address: string): boolean {
  return /^https?:$/.test(new URL(address).protocol);
}
