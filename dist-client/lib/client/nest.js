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
exports.swaggerOptions = exports.secureOpenApi = exports.GatehouseClientModule = exports.GATEHOUSE = exports.TOKEN_VERIFIER = exports.RouteInventory = exports.Public = exports.Protected = exports.CurrentUser = exports.AccessStartError = void 0;
__exportStar(require("./index.js"), exports);
var index_js_1 = require("../access/index.js");
Object.defineProperty(exports, "AccessStartError", { enumerable: true, get: function () { return index_js_1.AccessStartError; } });
Object.defineProperty(exports, "CurrentUser", { enumerable: true, get: function () { return index_js_1.CurrentUser; } });
Object.defineProperty(exports, "Protected", { enumerable: true, get: function () { return index_js_1.Protected; } });
Object.defineProperty(exports, "Public", { enumerable: true, get: function () { return index_js_1.Public; } });
Object.defineProperty(exports, "RouteInventory", { enumerable: true, get: function () { return index_js_1.RouteInventory; } });
Object.defineProperty(exports, "TOKEN_VERIFIER", { enumerable: true, get: function () { return index_js_1.TOKEN_VERIFIER; } });
var gatehouse_client_module_js_1 = require("./gatehouse-client.module.js");
Object.defineProperty(exports, "GATEHOUSE", { enumerable: true, get: function () { return gatehouse_client_module_js_1.GATEHOUSE; } });
Object.defineProperty(exports, "GatehouseClientModule", { enumerable: true, get: function () { return gatehouse_client_module_js_1.GatehouseClientModule; } });
var secure_openapi_js_1 = require("./secure-openapi.js");
Object.defineProperty(exports, "secureOpenApi", { enumerable: true, get: function () { return secure_openapi_js_1.secureOpenApi; } });
Object.defineProperty(exports, "swaggerOptions", { enumerable: true, get: function () { return secure_openapi_js_1.swaggerOptions; } });
