import { definePermissions, defineRole } from '../../policy/index.js';

/** What can be done with the human resources area as a whole. */
export const Hr = definePermissions('hr', { read: 'View the human resources area' });

/** What can be done with the records of employees. */
export const Employees = definePermissions('hr:employees', {
  create: 'Take on employees',
  read: 'View the records of all employees',
  update: 'Change the records of employees',
  delete: 'Delete the records of employees',
});

/** Everything in the human resources area. */
export const HrRole = defineRole('hr', ['hr:*'], 'Everything in the human resources area');
