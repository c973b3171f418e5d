// Checked by `tsc -p tsconfig.check.json`: each line below an @ts-expect-error must not compile, or the check fails.
import {
  allOf,
  anyOf,
  check,
  definePermissions,
  defineRole,
  uuid,
  type AccessCheck,
  type Condition,
  type Principal,
} from './index.js';

const Contracts = definePermissions('contracts', { read: 'View', sign: 'Sign' });

class NotOwnContract implements AccessCheck<{ id: string }> {
  check(user: Principal, { id }: { id: string }): boolean {
    return user.id !== id;
  }
}

/** What compiles, with the literal names kept in the type. */
export const name: 'contracts:sign' = Contracts.sign.name;
export const roleName: 'notary' = defineRole('notary', [Contracts.read, 'deeds:*', '*']).name;
export const conditions: Condition[] = [
  anyOf(Contracts.read, Contracts.sign),
  allOf(Contracts.sign, check(NotOwnContract, { id: uuid })),
  allOf(
    Contracts.sign,
    check((user, { id }: { id: string }) => user.id !== id, { id: uuid }),
  ),
  check((user) => user.kind === 'service'),
];

// @ts-expect-error a misspelt permission
export const misspelt = anyOf(Contracts.raed);
// @ts-expect-error an empty anyOf
export const emptyAny = anyOf();
// @ts-expect-error an empty allOf
export const emptyAll = allOf();
// @ts-expect-error a bare string
export const bare = anyOf('contracts:read');
// @ts-expect-error a bare string in a role is a pattern or nothing
export const bareInRole = defineRole('notary', ['contracts:read']);
// @ts-expect-error a check whose parameter has no parser
export const withoutParser = check(NotOwnContract, {});
// @ts-expect-error a check whose parser is of another name
export const otherParser = check(NotOwnContract, { contract: uuid });
