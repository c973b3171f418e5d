import { definePermissions, defineRole } from '../../policy/index.js';

/** What can be done with the finance area as a whole. */
export const Finance = definePermissions('finance', { read: 'View the finance area' });

/** What can be done with invoices. */
export const Invoices = definePermissions('finance:invoices', {
  create: 'Write invoices',
  read: 'View invoices',
  update: 'Change invoices that aren’t approved',
  delete: 'Delete invoices that aren’t approved',
  approve: 'Approve invoices of others',
});

/** Everything in the finance area. */
export const FinanceRole = defineRole('finance', ['finance:*'], 'Everything in the finance area');
