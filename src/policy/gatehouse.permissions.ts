import { definePermissions } from './permission.js';
import { defineRole } from './role.js';

/** Changing one's own account. Everybody holds it; a narrowed token must name it. */
export const Account = definePermissions('account', { self: 'Change one’s own account' });

/** The signing keys. */
export const Keys = definePermissions('keys', {
  read: 'See the signing keys',
  rotate: 'Replace the signing keys, and in an emergency end everything that they have signed',
});

/** Watching the service. */
export const Metrics = definePermissions('metrics', { read: 'Read the metrics' });

/** The news of what died, for applications that verify tokens by themselves. */
export const Events = definePermissions('events', {
  subscribe: 'Hear at once of tokens that die and rights that change',
});

/** The list of permissions. */
export const Permissions = definePermissions('permissions', {
  read: 'See the permissions',
  write: 'Make, describe and delete permissions',
  declare: 'Declare the permissions of the application that asks',
});

/** Roles. */
export const Roles = definePermissions('roles', {
  read: 'See the roles and what they grant',
  write: 'Make, change and delete roles',
});

/** Groups. */
export const Groups = definePermissions('groups', {
  read: 'See the groups and their roles',
  write: 'Make, change and delete groups',
});

/** Questions about what others may do. */
export const Access = definePermissions('access', {
  check: 'Ask what any account may do',
});

/** What was done, and by whom. */
export const AuditTrail = definePermissions('audit', {
  read: 'See the audit events',
});

/** Moving what is configured from one installation to another. */
export const Config = definePermissions('config', {
  export: 'Export permissions, roles, groups, clients and accounts',
  'export-hashes': 'Export the hashes of passwords too',
  import: 'Import them',
});

/** OAuth clients. */
export const Clients = definePermissions('clients', {
  read: 'See the OAuth clients',
  write: 'Register, change and delete OAuth clients',
});

/** Accounts of services, which nobody logs in with. */
export const ServiceAccounts = definePermissions('service-accounts', {
  read: 'See the service accounts',
  write: 'Make, change and delete service accounts, and make their tokens and secrets',
});

/** The registry of tokens. */
export const Tokens = definePermissions('tokens', {
  read: 'See which tokens were issued to whom',
  revoke: 'End tokens',
  introspect: 'Ask what any token is good for',
});

/** People's accounts. */
export const Users = definePermissions('users', {
  read: 'See people’s accounts',
  write: 'Make, change and delete people’s accounts, and end their logins',
});

/** Everything: made at the first start, for the first account. */
export const Administrator = defineRole('administrator', ['*'], 'May do everything');

/** For the service accounts of applications that are guarded against this service. */
export const ConnectedApplication = defineRole(
  'connected-application',
  [Events.subscribe, Permissions.declare],
  'An application that is guarded against this service',
);
