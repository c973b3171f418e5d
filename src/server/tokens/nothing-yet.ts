import type { HeldGrants } from '../rbac/account-grants.js';

/** What an account holds that has yet to change its password, where that is required. */
export const NOTHING_YET: HeldGrants = Object.freeze({ groups: [], roles: [], patterns: [] });
