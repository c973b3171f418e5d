"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.RouteInventory = void 0;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const index_js_1 = require("../policy/index.js");
const access_options_js_1 = require("./access-options.js");
const access_start_error_js_1 = require("./access-start-error.js");
const check_runner_js_1 = require("./check-runner.js");
const declared_access_js_1 = require("./declared-access.js");
const route_js_1 = require("./route.js");
const route_scanner_js_1 = require("./route-scanner.js");
/**
 * Every route of the application with who may reach it: the one list that the guard, the start-up check, the snapshot of
 * routes, the authorization matrix and the OpenAPI document are made from.
 */
let RouteInventory = class RouteInventory {
    constructor(discovery, scanner, config, declared, checks, options) {
        this.discovery = discovery;
        this.scanner = scanner;
        this.config = config;
        this.declared = declared;
        this.checks = checks;
        this.options = options;
        this.accessByHandler = new Map();
        this.raw = [];
    }
    /** The rule of a handler; undefined, and so refused, where none was found. For the guard, at each request. */
    conditionOf(controller, handler) {
        if (!this.scanned)
            this.scan();
        return this.accessByHandler.get(controller)?.get(handler);
    }
    /** All routes, sorted by path and method. */
    get routes() {
        const scanned = this.scanned ?? this.scan();
        return [...scanned, ...this.raw].toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
    }
    /**
     * Declares a route that isn't a controller's (documentation, static files) as public. The guard doesn't see such
     * routes, so there is no way to declare one as protected.
     */
    declarePublic(method, path, handler) {
        this.raw.push({ method, path: (0, route_js_1.joinPath)(path), access: 'public', handler });
    }
    /**
     * The start-up check: every controller's route says who may reach it, every permission named is declared, every check
     * is provided with its parameters, and every route that the HTTP server knows is in the inventory.
     *
     * @param served the routes that the server has registered
     * @throws AccessStartError with all problems at once
     */
    verify(served) {
        const handlers = this.handlers();
        const problems = handlers.flatMap((one) => this.problemsOf(one));
        const known = new Set([
            ...handlers.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`)),
            ...this.raw.map(({ method, path }) => `${method} ${path}`),
        ]);
        for (const { method, path } of served) {
            // HEAD is served by the handler, and so the rule, of GET.
            const route = `${method === 'HEAD' ? 'GET' : method} ${(0, route_js_1.joinPath)(path)}`;
            if (!known.has(route) && !known.has(`ALL ${(0, route_js_1.joinPath)(path)}`)) {
                problems.push(`${route} is served, but no controller's route is known at this address. If it isn't a controller's, declare it with declarePublic(); router modules, versions and excluded prefixes aren't understood here.`);
            }
        }
        if (problems.length > 0)
            throw new access_start_error_js_1.AccessStartError([...new Set(problems)]);
    }
    problemsOf({ name, access, paths, problem, isDeclared }) {
        if (problem !== undefined)
            return isDeclared || this.options.undeclared !== 'leave' ? [problem] : [];
        if (access === undefined || access === 'public')
            return [];
        const undeclared = (0, index_js_1.leavesOf)(access)
            .filter((leaf) => !this.isDeclared(leaf))
            .map((leaf) => `${name} needs ${(0, index_js_1.sayCondition)(leaf)}, which no module declares. Add it to AccessModule.forFeature([…]).`);
        const unprovided = this.checks
            .resolve(access)
            .map((check) => `${name} needs the check ${check}, which no module provides. Add it to the providers of its module.`);
        const unbound = (0, index_js_1.checksOf)(access).flatMap((check) => Object.keys(check.params)
            .filter((param) => !paths.every((path) => path.split('/').includes(`:${param}`)))
            .map((param) => `${name}: the check ${check.name} reads the path parameter ":${param}", which the route doesn’t have.`));
        return [...undeclared, ...unprovided, ...unbound];
    }
    /** Roles that are only named may be made by an administrator. */
    isDeclared(leaf) {
        if (leaf.type === 'permission')
            return this.declared.permissions.has(leaf.name);
        return !(leaf.type === 'role' && 'permissions' in leaf) || this.declared.roles.has(leaf.name);
    }
    scan() {
        const routes = [];
        for (const { controller, name, handler, method, paths, access } of this.handlers()) {
            if (access === undefined)
                continue;
            const rules = this.accessByHandler.get(controller) ?? new Map();
            this.accessByHandler.set(controller, rules.set(handler, access));
            if (access !== 'public')
                this.checks.resolve(access);
            routes.push(...paths.map((path) => ({ method, path, access, handler: name })));
        }
        return (this.scanned = routes);
    }
    handlers() {
        const prefix = this.config.getGlobalPrefix();
        return this.discovery
            .getControllers()
            .map(({ metatype }) => metatype)
            .flatMap((controller) => (0, route_scanner_js_1.scanController)(controller, prefix, this.scanner).map((one) => ({ ...one, controller })));
    }
};
exports.RouteInventory = RouteInventory;
exports.RouteInventory = RouteInventory = __decorate([
    (0, common_1.Injectable)(),
    __param(5, (0, common_1.Inject)(access_options_js_1.ACCESS_OPTIONS)),
    __metadata("design:paramtypes", [core_1.DiscoveryService,
        core_1.MetadataScanner,
        core_1.ApplicationConfig,
        declared_access_js_1.DeclaredAccess,
        check_runner_js_1.CheckRunner, Object])
], RouteInventory);
function sortKey({ method, path }) {
    return `${path} ${method}`;
}
