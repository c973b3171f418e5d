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
Object.defineProperty(exports, "__esModule", { value: true });
exports.DeclaredAccess = void 0;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const access_feature_js_1 = require("./access-feature.js");
const access_start_error_js_1 = require("./access-start-error.js");
/** All permissions and roles that the application's modules declare, by name. */
let DeclaredAccess = class DeclaredAccess {
    constructor(discovery) {
        this.discovery = discovery;
    }
    /** @throws AccessStartError when two modules declare one name differently */
    get permissions() {
        this.permissionsByName ??= byName(this.declared().filter((one) => one.type === 'permission'));
        return this.permissionsByName;
    }
    /** @throws AccessStartError when two modules declare one name differently */
    get roles() {
        this.rolesByName ??= byName(this.declared().filter((one) => one.type === 'role'));
        return this.rolesByName;
    }
    declared() {
        return this.discovery
            .getProviders()
            .map(({ instance }) => instance)
            .filter(access_feature_js_1.isAccessFeature)
            .flatMap(({ declared }) => declared);
    }
};
exports.DeclaredAccess = DeclaredAccess;
exports.DeclaredAccess = DeclaredAccess = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.DiscoveryService])
], DeclaredAccess);
function byName(declared) {
    const found = new Map();
    for (const one of declared) {
        const other = found.get(one.name);
        if (other && other !== one && JSON.stringify(other) !== JSON.stringify(one)) {
            throw new access_start_error_js_1.AccessStartError([
                `The ${one.type} "${one.name}" is declared twice, and differently. Declare it in one place.`,
            ]);
        }
        found.set(one.name, one);
    }
    return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
