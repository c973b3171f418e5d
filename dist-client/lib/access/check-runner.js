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
exports.CheckRunner = void 0;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const index_js_1 = require("../policy/index.js");
/** Runs the checks that remain of a condition; check classes are injected. */
let CheckRunner = class CheckRunner {
    constructor(moduleRef) {
        this.moduleRef = moduleRef;
        this.instances = new Map();
    }
    /** Finds the instances of the check classes in a condition; answers the names of those that no module provides. */
    resolve(condition) {
        const missing = [];
        for (const { check } of (0, index_js_1.checksOf)(condition)) {
            if (!(0, index_js_1.isCheckClass)(check) || this.instances.has(check))
                continue;
            try {
                this.instances.set(check, this.moduleRef.get(check, { strict: false }));
            }
            catch {
                missing.push(check.name);
            }
        }
        return missing;
    }
    /**
     * Whether what remains holds. Parameters are parsed before the first check runs.
     *
     * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
     */
    run(remaining, user, request) {
        return (0, index_js_1.runChecks)(remaining, user, request, (check) => this.instances.get(check));
    }
};
exports.CheckRunner = CheckRunner;
exports.CheckRunner = CheckRunner = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.ModuleRef])
], CheckRunner);
