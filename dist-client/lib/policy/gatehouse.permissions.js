"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ConnectedApplication = exports.Administrator = exports.Users = exports.Tokens = exports.ServiceAccounts = exports.Clients = exports.Permissions = exports.Events = exports.Metrics = exports.Keys = exports.Account = void 0;
const permission_js_1 = require("./permission.js");
const role_js_1 = require("./role.js");
/** Changing one's own account. Everybody holds it; a narrowed token must name it. */
exports.Account = (0, permission_js_1.definePermissions)('account', { self: 'Change one’s own account' });
/** The signing keys. */
exports.Keys = (0, permission_js_1.definePermissions)('keys', {
    read: 'See the signing keys',
    rotate: 'Replace the signing keys, and in an emergency end everything that they have signed',
});
/** Watching the service. */
exports.Metrics = (0, permission_js_1.definePermissions)('metrics', { read: 'Read the metrics' });
/** The news of what died, for applications that verify tokens by themselves. */
exports.Events = (0, permission_js_1.definePermissions)('events', {
    subscribe: 'Hear at once of tokens that die and rights that change',
});
/** The list of permissions. */
exports.Permissions = (0, permission_js_1.definePermissions)('permissions', {
    declare: 'Declare the permissions of the application that asks',
});
/** OAuth clients. */
exports.Clients = (0, permission_js_1.definePermissions)('clients', {
    read: 'See the OAuth clients',
    write: 'Register, change and delete OAuth clients',
});
/** Accounts of services, which nobody logs in with. */
exports.ServiceAccounts = (0, permission_js_1.definePermissions)('service-accounts', {
    read: 'See the service accounts',
    write: 'Make, change and delete service accounts, and make their tokens and secrets',
});
/** The registry of tokens. */
exports.Tokens = (0, permission_js_1.definePermissions)('tokens', {
    read: 'See which tokens were issued to whom',
    revoke: 'End tokens',
    introspect: 'Ask what any token is good for',
});
/** People's accounts. */
exports.Users = (0, permission_js_1.definePermissions)('users', {
    read: 'See people’s accounts',
    write: 'Make, change and delete people’s accounts, and end their logins',
});
/** Everything: made at the first start, for the first account. */
exports.Administrator = (0, role_js_1.defineRole)('administrator', ['*'], 'May do everything');
/** For the service accounts of applications that are guarded against this service. */
exports.ConnectedApplication = (0, role_js_1.defineRole)('connected-application', [exports.Events.subscribe, exports.Permissions.declare], 'An application that is guarded against this service');
