"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var AccessModule_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.AccessModule = void 0;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const access_feature_js_1 = require("./access-feature.js");
const access_guard_js_1 = require("./access.guard.js");
const access_options_js_1 = require("./access-options.js");
const check_runner_js_1 = require("./check-runner.js");
const declared_access_js_1 = require("./declared-access.js");
const route_inventory_js_1 = require("./route-inventory.js");
/** Guards every route of the application, and collects what its modules declare. */
let AccessModule = AccessModule_1 = class AccessModule {
    /** Once, in the root: sets the guard before all routes. */
    static forRoot({ imports = [], verifier, options }) {
        return {
            module: AccessModule_1,
            global: true,
            imports: [core_1.DiscoveryModule, ...imports],
            providers: [
                { provide: access_guard_js_1.TOKEN_VERIFIER, useExisting: verifier },
                options ? { provide: access_options_js_1.ACCESS_OPTIONS, useExisting: options } : { provide: access_options_js_1.ACCESS_OPTIONS, useValue: {} },
                check_runner_js_1.CheckRunner,
                declared_access_js_1.DeclaredAccess,
                route_inventory_js_1.RouteInventory,
                { provide: core_1.APP_GUARD, useClass: access_guard_js_1.AccessGuard },
            ],
            exports: [declared_access_js_1.DeclaredAccess, route_inventory_js_1.RouteInventory],
        };
    }
    /** In each feature's module: makes its permissions and roles known. The start writes them to the database. */
    static forFeature(declared) {
        const feature = new access_feature_js_1.AccessFeature(declared);
        // A token of its own for each call, so that no module's declaration hides another's.
        return { module: AccessModule_1, providers: [{ provide: Symbol('AccessFeature'), useValue: feature }] };
    }
};
exports.AccessModule = AccessModule;
exports.AccessModule = AccessModule = AccessModule_1 = __decorate([
    (0, common_1.Module)({})
], AccessModule);
