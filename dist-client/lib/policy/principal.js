"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ANONYMOUS = void 0;
const NONE = new Set();
/** Somebody who presented no credentials: public routes get this one, so that `@CurrentUser()` is never undefined. */
exports.ANONYMOUS = Object.freeze({
    id: '',
    kind: 'anonymous',
    username: '',
    name: '',
    groups: NONE,
    roles: NONE,
    permissions: Object.freeze({ allows: () => false }),
    isNarrowed: false,
    token: null,
});
