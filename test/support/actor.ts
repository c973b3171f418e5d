import type { Actor } from '../../src/server/audit/actor.js';

/** The operator at the console, for tests that call a service without a request. */
export const OPERATOR: Actor = { principal: null, address: null, agent: 'test', requestId: null };
