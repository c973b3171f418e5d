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
__exportStar(require("./alternatives.js"), exports);
__exportStar(require("./condition.js"), exports);
__exportStar(require("./decide.js"), exports);
__exportStar(require("./describe.js"), exports);
__exportStar(require("./gatehouse.permissions.js"), exports);
__exportStar(require("./grants.js"), exports);
__exportStar(require("./param.js"), exports);
__exportStar(require("./permission.js"), exports);
__exportStar(require("./principal.js"), exports);
__exportStar(require("./refusal.js"), exports);
__exportStar(require("./role.js"), exports);
__exportStar(require("./run-checks.js"), exports);
