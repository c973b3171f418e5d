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
var ConnectionModule_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.GatehouseClientModule = exports.GATEHOUSE_EXTRAS = exports.GATEHOUSE = void 0;
const common_1 = require("@nestjs/common");
const index_js_1 = require("../access/index.js");
const gatehouse_js_1 = require("./gatehouse.js");
const options_js_1 = require("./options.js");
/** Where the application's {@link Gatehouse} is found: `@Inject(GATEHOUSE)`. A string, as two copies may be loaded. */
exports.GATEHOUSE = 'gatehouse:client';
/** Where the options are found that aren't the connection's. */
exports.GATEHOUSE_EXTRAS = 'gatehouse:client-extras';
const VERIFIER = 'gatehouse:client-verifier';
const ACCESS = 'gatehouse:client-access';
/** Connects an application to its service. Nothing is sent before the application has come up. */
let ConnectionModule = ConnectionModule_1 = class ConnectionModule {
    static for(options, extras, imports) {
        return {
            module: ConnectionModule_1,
            imports: imports ?? [],
            providers: [
                options,
                { provide: exports.GATEHOUSE_EXTRAS, useValue: extras },
                {
                    provide: exports.GATEHOUSE,
                    inject: [OPTIONS],
                    useFactory: (given) => new gatehouse_js_1.Gatehouse({ logger: new NestLogger(), ...given }),
                },
                { provide: VERIFIER, inject: [exports.GATEHOUSE], useFactory: ({ verifier }) => verifier },
                {
                    provide: ACCESS,
                    inject: [exports.GATEHOUSE],
                    useFactory: (gatehouse) => ({
                        undeclared: extras.undeclared ?? 'deny',
                        loginAddress: (request) => gatehouse.loginAddress(request),
                    }),
                },
            ],
            exports: [exports.GATEHOUSE, exports.GATEHOUSE_EXTRAS, VERIFIER, ACCESS],
        };
    }
};
ConnectionModule = ConnectionModule_1 = __decorate([
    (0, common_1.Module)({})
], ConnectionModule);
const OPTIONS = 'gatehouse:client-options';
/**
 * Guards a Nest application by a service that is elsewhere: one guard before all routes, on Express and Fastify. What
 * every route asks for is checked at the start, and the permissions are declared at the service.
 */
let GatehouseClientModule = class GatehouseClientModule {
    constructor(gatehouse, declared, routes) {
        this.gatehouse = gatehouse;
        this.declared = declared;
        this.routes = routes;
    }
    /** Once, in the root module. */
    static forRoot({ permissions, undeclared, docsClientId, ...options }) {
        return root({ provide: OPTIONS, useValue: options }, { permissions, undeclared, docsClientId });
    }
    /** The same, with the connection's options from a factory. */
    static forRootAsync({ imports, inject, useFactory, ...extras }) {
        const options = {
            provide: OPTIONS,
            inject: inject ?? [],
            useFactory: useFactory,
        };
        return root(options, extras, imports);
    }
    /** In a feature's module: declares the permissions and roles that it uses. */
    static forFeature(declared) {
        return feature(declared);
    }
    /** @throws AccessStartError for routes that say nothing, or name what nobody declares; DeclarationError */
    async onApplicationBootstrap() {
        this.routes.verify([]);
        this.gatehouse.start([...this.declared.permissions.values()]);
        await this.gatehouse.ready();
    }
    async onApplicationShutdown() {
        await this.gatehouse.close();
    }
};
exports.GatehouseClientModule = GatehouseClientModule;
exports.GatehouseClientModule = GatehouseClientModule = __decorate([
    (0, common_1.Module)({}),
    __param(0, (0, common_1.Inject)(exports.GATEHOUSE)),
    __metadata("design:paramtypes", [gatehouse_js_1.Gatehouse,
        index_js_1.DeclaredAccess,
        index_js_1.RouteInventory])
], GatehouseClientModule);
function root(options, extras, imports) {
    const connection = ConnectionModule.for(options, extras, imports);
    return {
        module: GatehouseClientModule,
        global: true,
        imports: [
            connection,
            index_js_1.AccessModule.forRoot({ imports: [connection], verifier: VERIFIER, options: ACCESS }),
            feature(extras.permissions ?? []),
        ],
        exports: [connection],
    };
}
function feature(declared) {
    const roles = declared.filter((one) => one.type === 'role');
    const permissions = declared.filter((one) => !roles.includes(one));
    return index_js_1.AccessModule.forFeature([...(0, options_js_1.listPermissions)(permissions), ...roles]);
}
/** Nest's own logger, which has other names for the levels. */
class NestLogger {
    constructor() {
        this.logger = new common_1.Logger('Gatehouse');
    }
    info(message) {
        this.logger.log(message);
    }
    warn(message) {
        this.logger.warn(message);
    }
    error(message) {
        this.logger.error(message);
    }
}
