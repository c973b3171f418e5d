import { definePermissions } from './permission.js';
import { defineRole } from './role.js';

/** Changing one's own account. Everybody holds it; a narrowed token must name it. */
export const Account = definePermissions('account', { self: 'Change one’s own account' });

/** Watching the service. */
export const Metrics = definePermissions('metrics', { read: 'Read the metrics' });

/** Everything: made at the first start, for the first account. */
export const Administrator = defineRole('administrator', ['*'], 'May do everything');
