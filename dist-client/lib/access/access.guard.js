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
exports.AccessGuard = exports.TOKEN_VERIFIER = void 0;
const common_1 = require("@nestjs/common");
const index_js_1 = require("../policy/index.js");
const index_js_2 = require("../validity/index.js");
const access_denied_js_1 = require("./access-denied.js");
const access_options_js_1 = require("./access-options.js");
const check_runner_js_1 = require("./check-runner.js");
const problem_exception_js_1 = require("./problem.exception.js");
const route_scanner_js_1 = require("./route-scanner.js");
const route_inventory_js_1 = require("./route-inventory.js");
/** Where the guard finds its {@link TokenVerifier}. */
exports.TOKEN_VERIFIER = 'gatehouse:token-verifier';
/**
 * The one guard in front of every route. It knows no paths: the rule belongs to the handler that was reached, so no
 * spelling of an address gets around it. A handler without a rule is refused.
 */
let AccessGuard = class AccessGuard {
    constructor(verifier, routes, checks, options) {
        this.verifier = verifier;
        this.routes = routes;
        this.checks = checks;
        this.options = options;
    }
    canActivate(context) {
        const condition = this.routes.conditionOf(context.getClass(), context.getHandler());
        if (condition === undefined)
            return this.isLeft(context);
        const http = context.switchToHttp();
        const request = http.getRequest();
        try {
            const admitted = this.admit(request, condition);
            return typeof admitted === 'boolean'
                ? admitted
                : admitted.catch((error) => this.refuse(error, request, http.getResponse()));
        }
        catch (error) {
            return this.refuse(error, request, http.getResponse());
        }
    }
    /** Only where an application asks for it, and only what says nothing; a declaration that is wrong stays refused. */
    isLeft(context) {
        return this.options.undeclared === 'leave' && !(0, route_scanner_js_1.isDeclared)(context.getClass(), context.getHandler());
    }
    admit(request, condition) {
        const token = (0, index_js_2.bearerToken)(request);
        if (token === undefined) {
            request.user = index_js_1.ANONYMOUS;
            if (condition === 'public')
                return true;
            throw (0, index_js_1.credentialsMissing)();
        }
        const principal = this.verifier.verify(token);
        return 'then' in principal
            ? principal.then((found) => this.decide(request, condition, found))
            : this.decide(request, condition, principal);
    }
    decide(request, condition, principal) {
        request.user = principal;
        const decision = condition === 'public' ? 'allow' : (0, index_js_1.decide)(condition, principal);
        if (decision === 'allow')
            return true;
        if (decision === 'deny')
            throw (0, index_js_1.permissionMissing)(condition, false);
        return this.checks.run(decision, principal, request).then((holds) => {
            if (!holds)
                throw (0, index_js_1.permissionMissing)(condition, true);
            return true;
        });
    }
    /** The headers are set here and not left to a filter: in other applications the filter isn't ours. */
    refuse(error, request, response) {
        const refusal = toProblem(error);
        if (!(refusal instanceof problem_exception_js_1.ProblemException))
            throw refusal;
        for (const [name, value] of Object.entries(refusal.headers))
            response.header(name, value);
        const login = request.user?.kind === 'anonymous' ? this.options.loginAddress?.(request) : undefined;
        if (login === undefined || refusal.problem.status !== 401)
            throw refusal;
        response.header('Location', login);
        throw new common_1.HttpException('Log in first.', 302, { cause: refusal });
    }
};
exports.AccessGuard = AccessGuard;
exports.AccessGuard = AccessGuard = __decorate([
    (0, common_1.Injectable)(),
    __param(0, (0, common_1.Inject)(exports.TOKEN_VERIFIER)),
    __param(3, (0, common_1.Inject)(access_options_js_1.ACCESS_OPTIONS)),
    __metadata("design:paramtypes", [Object, route_inventory_js_1.RouteInventory,
        check_runner_js_1.CheckRunner, Object])
], AccessGuard);
/** By name and not by class, since two copies of this package may be loaded. */
function toProblem(error) {
    if (!(error instanceof Error))
        return error;
    switch (error.name) {
        case 'Refusal':
            return (0, access_denied_js_1.toException)(error);
        case 'InvalidTokenError':
            return (0, access_denied_js_1.toException)((0, index_js_1.tokenInvalid)(error));
        case 'ValidityUnknownError':
            return (0, access_denied_js_1.toException)((0, index_js_1.validityUnknown)(error));
        default:
            return error;
    }
}
