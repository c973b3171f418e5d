import fc from 'fast-check';
import { type AccountName, type Group, ROBOT, type Role, START } from './model.js';
import { at, command, settle } from './step.js';

const account = fc.constantFrom(...(Object.keys(START.accounts) as AccountName[]));
const role = fc.constantFrom(...(Object.keys(START.roles) as Role[]));
const group = fc.constantFrom(...(Object.keys(START.groups) as Group[]));
const pattern = fc.constantFrom('finance:read', 'finance:*', 'finance:invoices:*', 'marketing:read', '*');
/** Switching on what is off, and the other way; often both, so that it can be seen what comes back. */
const switching = fc.constantFrom([false], [true], [false, true]);

const inWords = (switches: readonly boolean[]) => switches.map((on) => (on ? 'on' : 'off')).join('-');

export const switchAccount = fc.record({ at, who: account, switching }).map((it) =>
  command({
    name: `switch-account ${it.who} ${inWords(it.switching)}`,
    at: it.at,
    take: async (model, world) => {
      for (const on of it.switching) {
        model.switchAccount(it.who, on);
        const id = world.id('accounts', it.who);
        if (it.who === ROBOT)
          settle(
            await world.askAsAdmin(it.at, `/service-accounts/${id}`, { method: 'PATCH', json: { isActive: on } }),
            '200',
          );
        else await world.change(it.at, 'UPDATE gatehouse.accounts SET is_active = $2 WHERE id = $1', [id, on]);
      }
    },
  }),
);

export const switchClient = fc.record({ at, client: fc.constantFrom('kiosk', ROBOT), switching }).map((it) =>
  command({
    name: `switch-client ${it.client} ${inWords(it.switching)}`,
    at: it.at,
    take: async (model, world) => {
      for (const on of it.switching) {
        model.switchClient(it.client, on);
        settle(
          await world.askAsAdmin(it.at, `/clients/${it.client}`, { method: 'PATCH', json: { isActive: on } }),
          '200',
        );
      }
    },
  }),
);

export const limitClient = fc
  .record({
    at,
    client: fc.constantFrom('kiosk', ROBOT),
    scopes: fc.option(fc.subarray(['finance:read', 'marketing:*'])),
  })
  .map((it) =>
    command({
      name: `limit-client ${it.client} to ${it.scopes?.join(' ') ?? 'all'}`,
      at: it.at,
      take: async (model, world) => {
        model.limitClient(it.client, it.scopes);
        settle(
          await world.askAsAdmin(it.at, `/clients/${it.client}`, { method: 'PATCH', json: { scopes: it.scopes } }),
          '200',
        );
      },
    }),
  );

/** Rows that say that one thing is of another. */
const relate = (table: string, [left, right]: [string, string], gives: boolean) =>
  gives
    ? `INSERT INTO gatehouse.${table} (${left}, ${right}) VALUES ($1, $2) ON CONFLICT DO NOTHING`
    : `DELETE FROM gatehouse.${table} WHERE ${left} = $1 AND ${right} = $2`;

export const member = fc.record({ at, who: account, group, gives: fc.boolean() }).map((it) =>
  command({
    name: `${it.gives ? 'join' : 'leave'} ${it.who} ${it.group}`,
    at: it.at,
    take: async (model, world) => {
      model.setMember(it.who, it.group, it.gives);
      await world.change(it.at, relate('account_groups', ['account_id', 'group_id'], it.gives), [
        world.id('accounts', it.who),
        world.id('groups', it.group),
      ]);
    },
  }),
);

export const holder = fc.record({ at, who: account, role, gives: fc.boolean() }).map((it) =>
  command({
    name: `${it.gives ? 'give' : 'take'}-role ${it.who} ${it.role}`,
    at: it.at,
    take: async (model, world) => {
      model.setHolder(it.who, it.role, it.gives);
      await world.change(it.at, relate('account_roles', ['account_id', 'role_id'], it.gives), [
        world.id('accounts', it.who),
        world.id('roles', it.role),
      ]);
    },
  }),
);

export const groupRole = fc.record({ at, group, role, gives: fc.boolean() }).map((it) =>
  command({
    name: `${it.gives ? 'give' : 'take'}-group-role ${it.group} ${it.role}`,
    at: it.at,
    take: async (model, world) => {
      model.setGroupRole(it.group, it.role, it.gives);
      await world.change(it.at, relate('group_roles', ['group_id', 'role_id'], it.gives), [
        world.id('groups', it.group),
        world.id('roles', it.role),
      ]);
    },
  }),
);

export const rolePattern = fc.record({ at, role, pattern, gives: fc.boolean() }).map((it) =>
  command({
    name: `${it.gives ? 'give' : 'take'}-permission ${it.role} ${it.pattern}`,
    at: it.at,
    take: async (model, world) => {
      model.setPattern(it.role, it.pattern, it.gives);
      await world.change(it.at, relate('role_permissions', ['role_id', 'pattern'], it.gives), [
        world.id('roles', it.role),
        it.pattern,
      ]);
    },
  }),
);

export const remakeRole = fc.record({ at, role }).map((it) =>
  command({
    name: `remake-role ${it.role}`,
    at: it.at,
    take: async (model, world) => {
      model.remakeRole(it.role);
      await world.remakeRole(it.at, it.role);
    },
  }),
);
