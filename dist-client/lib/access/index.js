"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __exportStar = (this && this.__exportStar) || function(m, exports) {
    for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p);
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.bearerToken = void 0;
__exportStar(require("./access-denied.js"), exports);
__exportStar(require("./access-feature.js"), exports);
__exportStar(require("./access-options.js"), exports);
__exportStar(require("./access-start-error.js"), exports);
__exportStar(require("./access.guard.js"), exports);
__exportStar(require("./access.module.js"), exports);
var index_js_1 = require("../validity/index.js");
Object.defineProperty(exports, "bearerToken", { enumerable: true, get: function () { return index_js_1.bearerToken; } });
__exportStar(require("./current-user.decorator.js"), exports);
__exportStar(require("./declared-access.js"), exports);
__exportStar(require("./openapi.js"), exports);
__exportStar(require("./problem.exception.js"), exports);
__exportStar(require("./protected.decorator.js"), exports);
__exportStar(require("./public.decorator.js"), exports);
__exportStar(require("./route.js"), exports);
__exportStar(require("./route-inventory.js"), exports);
