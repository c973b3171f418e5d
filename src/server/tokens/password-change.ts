import type { HeldGrants } from '../rbac/account-grants.js';

/** Of a row of `gatehouse.accounts`: somebody else has set its password, and it is kept here, where it can be changed. */
export const MUST_CHANGE_PASSWORD = `accounts.must_change_password AND accounts.kind = 'user' AND accounts.source = 'local'`;

/** What an account holds that has yet to change its password, where that is required. */
export const NOTHING_YET: HeldGrants = Object.freeze({ groups: [], roles: [], patterns: [] });
