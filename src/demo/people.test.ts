import { describe, expect, it } from 'vitest';
import { Grants, type Permission, type Role } from '../policy/index.js';
import { Finance, FinanceRole, Invoices } from './finance/finance.permissions.js';
import { Employees, Hr, HrRole } from './hr/hr.permissions.js';
import { Campaigns, Marketing, MarketingRole } from './marketing/marketing.permissions.js';
import { demoGroups, demoPeople } from './people.js';

const departments: { role: Role; permissions: Permission[] }[] = [
  { role: MarketingRole, permissions: [...Object.values(Marketing), ...Object.values(Campaigns)] },
  { role: FinanceRole, permissions: [...Object.values(Finance), ...Object.values(Invoices)] },
  { role: HrRole, permissions: [...Object.values(Hr), ...Object.values(Employees)] },
];

describe('the demo people', () => {
  it('are in groups that are made with them, and the groups hold roles that are declared', () => {
    const groups = demoGroups.map(({ name }) => name);
    const roles = departments.map(({ role }) => role.name);
    expect(groups).toEqual(expect.arrayContaining(demoPeople.flatMap((person) => person.groups)));
    expect(roles).toEqual(expect.arrayContaining(demoGroups.flatMap((group) => group.roles)));
  });

  it('hold by the role of their department all that can be done there, and nothing elsewhere', () => {
    const all = departments.flatMap(({ permissions }) => permissions);
    for (const { role, permissions } of departments) {
      const grants = new Grants(role.permissions);
      expect(all.filter(({ name }) => grants.allows(name))).toEqual(permissions);
    }
  });
});
