import { FinanceRole } from './finance/finance.permissions.js';
import { HrRole } from './hr/hr.permissions.js';
import { MarketingRole } from './marketing/marketing.permissions.js';

/** The groups that the first start makes: one a department, with the role of that department. */
export const demoGroups = [
  { name: 'marketing', description: 'The marketing department', roles: [MarketingRole.name] },
  { name: 'finance', description: 'The finance department', roles: [FinanceRole.name] },
  { name: 'hr', description: 'The human resources department', roles: [HrRole.name] },
];

/** The people that the first start makes, each with a random password: one in each department, and one in none. */
export const demoPeople = [
  { username: 'maria', name: 'Maria Moreno', groups: ['marketing'] },
  { username: 'frank', name: 'Frank Fischer', groups: ['finance'] },
  { username: 'heidi', name: 'Heidi Huber', groups: ['hr'] },
  { username: 'pat', name: 'Pat Palmer', groups: [] },
];
