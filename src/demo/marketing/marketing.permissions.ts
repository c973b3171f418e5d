import { definePermissions, defineRole } from '../../policy/index.js';

/** What can be done with the marketing area as a whole. */
export const Marketing = definePermissions('marketing', { read: 'View the marketing area' });

/** What can be done with campaigns. */
export const Campaigns = definePermissions('marketing:campaigns', {
  create: 'Plan campaigns',
  read: 'View campaigns',
  update: 'Change campaigns',
  delete: 'Delete campaigns',
});

/** Everything in the marketing area. */
export const MarketingRole = defineRole('marketing', ['marketing:*'], 'Everything in the marketing area');
