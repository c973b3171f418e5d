import fc from 'fast-check';
import {
  groupRole,
  holder,
  limitClient,
  member,
  remakeRole,
  rolePattern,
  switchAccount,
  switchClient,
} from './rights-steps.js';
import type { Command } from './step.js';
import {
  endAll,
  endByAdmin,
  endOthers,
  getServiceToken,
  logIn,
  makeServiceToken,
  outwaitLeeway,
  refresh,
  restart,
  revoke,
  revokeKeys,
  rotate,
} from './token-steps.js';

/** How often each is taken, beside the others. A restart is dear. */
const WEIGHTS: readonly (readonly [fc.Arbitrary<Command>, number])[] = [
  [logIn, 18],
  [refresh, 18],
  [revoke, 8],
  [getServiceToken, 4],
  [makeServiceToken, 4],
  [endByAdmin, 2],
  [endOthers, 4],
  [endAll, 2],
  [switchAccount, 8],
  [switchClient, 6],
  [limitClient, 4],
  [member, 4],
  [holder, 4],
  [groupRole, 4],
  [rolePattern, 6],
  [remakeRole, 2],
  [rotate, 4],
  [revokeKeys, 2],
  [restart, 1],
];

/** Sequences of up to 20 steps. A failure names `replayPath`: give it here, and `seed` and `path` to `fc.assert`. */
export function sequences(leeway: boolean, replayPath?: string): fc.Arbitrary<Iterable<Command>> {
  const steps = [...WEIGHTS, ...(leeway ? [[outwaitLeeway, 6] as const] : [])].flatMap(([step, weight]) =>
    Array.from({ length: weight }, () => step),
  );
  return fc.commands(steps, { maxCommands: 20, size: 'max', ...(replayPath !== undefined && { replayPath }) });
}
