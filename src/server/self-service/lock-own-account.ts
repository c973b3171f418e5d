import type { EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { loginEnded } from '../users/login-ended.js';

/**
 * Locks the caller's account, if the login of the request is still alive then. It may have been ended since the request was
 * let in, as by the owner who sets another password to lock a thief out; what the thief had under way must die with it.
 *
 * @throws ProblemException 401
 */
export async function lockOwnAccount({ principal }: Actor, manager: Pick<EntityManager, 'query'>): Promise<void> {
  const { id, token } = principal!;
  await manager.query('SELECT FROM gatehouse.accounts WHERE id = $1 FOR UPDATE', [id]);
  // A second statement, so that it sees what was committed while the lock was waited for.
  const alive = await manager.query<unknown[]>(
    `SELECT FROM gatehouse.accounts JOIN gatehouse.sessions
         ON sessions.account_id = accounts.id AND sessions.account_epoch = accounts.epoch
      WHERE accounts.id = $1 AND accounts.is_active AND sessions.id = $2 AND sessions.ended_at IS NULL`,
    [id, token?.sessionId ?? null],
  );
  if (alive.length === 0) throw loginEnded();
}
