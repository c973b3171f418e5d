"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ACCESS_OPTIONS = void 0;
/** Where the guard finds its {@link AccessOptions}. */
exports.ACCESS_OPTIONS = 'gatehouse:access-options';
