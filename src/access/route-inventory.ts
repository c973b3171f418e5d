import { Inject, Injectable, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { checksOf, leavesOf, sayCondition, type Condition } from '../policy/index.js';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { AccessStartError } from './access-start-error.js';
import { CheckRunner } from './check-runner.js';
import { DeclaredAccess } from './declared-access.js';
import { joinPath, type Route } from './route.js';
import { scanController, type ScannedHandler } from './route-scanner.js';

/**
 * Every route of the application with who may reach it: the one list that the guard, the start-up check, the snapshot of
 * routes, the authorization matrix and the OpenAPI document are made from.
 */
@Injectable()
export class RouteInventory {
  private readonly accessByHandler = new Map<Type, Map<Function, Condition | 'public'>>();
  private readonly raw: Route[] = [];
  private scanned: readonly Route[] | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly config: ApplicationConfig,
    private readonly declared: DeclaredAccess,
    private readonly checks: CheckRunner,
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
  ) {}

  /** The rule of a handler; undefined, and so refused, where none was found. For the guard, at each request. */
  conditionOf(controller: Type, handler: Function): Condition | 'public' | undefined {
    if (!this.scanned) this.scan();
    return this.accessByHandler.get(controller)?.get(handler);
  }

  /** All routes, sorted by path and method. */
  get routes(): readonly Route[] {
    const scanned = this.scanned ?? this.scan();
    return [...scanned, ...this.raw].toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  }

  /** The controllers' routes at a path and below it, declared or not: `GET /a/b (Class.method)`. */
  namesBelow(path: string): string[] {
    return this.handlers().flatMap(({ name, method, paths }) =>
      paths.filter((one) => one === path || one.startsWith(`${path}/`)).map((one) => `${method} ${one} (${name})`),
    );
  }

  /**
   * Declares a route that isn't a controller's (documentation, static files) as public. The guard doesn't see such
   * routes, so there is no way to declare one as protected.
   */
  declarePublic(method: string, path: string, handler: string): void {
    this.raw.push({ method, path: joinPath(path), access: 'public', beforePasswordChange: true, handler });
  }

  /**
   * The start-up check: every controller's route says who may reach it, every permission named is declared, every check
   * is provided with its parameters, and every route that the HTTP server knows is in the inventory.
   *
   * @param served the routes that the server has registered
   * @throws AccessStartError with all problems at once
   */
  verify(served: readonly { method: string; path: string }[]): void {
    const handlers = this.handlers();
    const problems = handlers.flatMap((one) => this.problemsOf(one));
    const known = new Set([
      ...handlers.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`)),
      ...this.raw.map(({ method, path }) => `${method} ${path}`),
    ]);
    for (const { method, path } of served) {
      // HEAD is served by the handler, and so the rule, of GET.
      const route = `${method === 'HEAD' ? 'GET' : method} ${joinPath(path)}`;
      if (!known.has(route) && !known.has(`ALL ${joinPath(path)}`)) {
        problems.push(
          `${route} is served, but no controller's route is known at this address. If it isn't a controller's, declare it with declarePublic(); router modules, versions and excluded prefixes aren't understood here.`,
        );
      }
    }
    if (problems.length > 0) throw new AccessStartError([...new Set(problems)]);
  }

  private problemsOf({ name, access, paths, problem, isDeclared }: ScannedHandler): string[] {
    if (problem !== undefined) return isDeclared || this.options.undeclared !== 'leave' ? [problem] : [];
    if (access === undefined || access === 'public') return [];
    const undeclared = leavesOf(access)
      .filter((leaf) => !this.isDeclared(leaf))
      .map(
        (leaf) =>
          `${name} needs ${sayCondition(leaf)}, which no module declares. Add it to AccessModule.forFeature([…]).`,
      );
    const unprovided = this.checks
      .resolve(access)
      .map(
        (check) => `${name} needs the check ${check}, which no module provides. Add it to the providers of its module.`,
      );
    const unbound = checksOf(access).flatMap((check) =>
      Object.keys(check.params)
        .filter((param) => !paths.every((path) => path.split('/').includes(`:${param}`)))
        .map(
          (param) =>
            `${name}: the check ${check.name} reads the path parameter ":${param}", which the route doesn’t have.`,
        ),
    );
    return [...undeclared, ...unprovided, ...unbound];
  }

  /** Roles that are only named may be made by an administrator. */
  private isDeclared(leaf: Condition): boolean {
    if (leaf.type === 'permission') return this.declared.permissions.has(leaf.name);
    return !(leaf.type === 'role' && 'permissions' in leaf) || this.declared.roles.has(leaf.name);
  }

  private scan(): readonly Route[] {
    const routes: Route[] = [];
    for (const { controller, name, handler, method, paths, access, beforePasswordChange } of this.handlers()) {
      if (access === undefined) continue;
      const rules = this.accessByHandler.get(controller) ?? new Map<Function, Condition | 'public'>();
      this.accessByHandler.set(controller, rules.set(handler, access));
      if (access !== 'public') this.checks.resolve(access);
      const open = { access, beforePasswordChange: access === 'public' || beforePasswordChange };
      routes.push(...paths.map((path) => ({ method, path, ...open, handler: name })));
    }
    return (this.scanned = routes);
  }

  private handlers(): (ScannedHandler & { controller: Type })[] {
    const prefix = this.config.getGlobalPrefix();
    return this.discovery
      .getControllers()
      .map(({ metatype }) => metatype as Type)
      .flatMap((controller) => scanController(controller, prefix, this.scanner).map((one) => ({ ...one, controller })));
  }
}

function sortKey({ method, path }: Route): string {
  return `${path} ${method}`;
}
