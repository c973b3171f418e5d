import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { SETTINGS } from '../settings.token.js';
import { StartError } from '../start-error.js';
import { KeyEncryption } from './key-encryption.js';
import {
  removeSpent,
  revokeAll,
  rotate,
  settle,
  type KeyState,
  type Move,
  type Plan,
  type RingKey,
} from './key-ring.js';
import { generateSigningKey, publicJwk, type SigningKey } from './signing-key.js';

/** A key that may sign, at rest. */
interface EncryptedKey {
  readonly kid: string;
  readonly encrypted: Buffer;
}

interface DatedKey extends RingKey {
  /** Seconds since it became active; null when it never did. */
  readonly activeFor: number | null;
}

/** What else is to be done in the transaction that moved keys. */
type Done = (moves: readonly Move[], manager: EntityManager) => Promise<void>;

/** Who rotates keys when they are due. */
const SCHEDULE: Actor = { principal: null, address: null, agent: 'KEY_ROTATION_INTERVAL', requestId: null };

/** Expired tokens of a key that goes are removed so many at a time. */
const BATCH = 1_000;

/** Nobody can log in or refresh while so many sessions are being ended. */
const SESSIONS_AT_ONCE = 5_000;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Moves keys through their lives. Each act on them is one transaction under one lock, so that of two at once the second finds
 * what the first has left. Whoever calls one then catches up with the change feed, as after any change.
 */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly database: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly encryption: KeyEncryption,
    private readonly audit: Audit,
  ) {}

  /**
   * At the start: everything is encrypted under the present secret, and there are an active key and a next one of the
   * algorithm that the settings name.
   *
   * @throws StartError when a private key can't be decrypted
   */
  async start(): Promise<void> {
    if ((await this.underFormerSecret(this.database.manager)).length > 0) await this.reencrypt();
    await this.carryOut((ring) => settle(ring, this.settings.tokenAlgorithm));
    await this.rotateIfDue();
  }

  /**
   * To be asked by who comes with an APP_SECRET of their own, before keys are made under it that no service could read.
   *
   * @throws StartError when the private keys in the database aren't encrypted under it
   */
  async requireSecret(): Promise<void> {
    await this.underFormerSecret(this.database.manager);
  }

  /** The next key becomes active; tokens that are out stay good. */
  async rotate(actor: Actor): Promise<void> {
    await this.carryOut(rotate, this.audited('keys.rotated', actor));
  }

  /** Rotates if the active key has been so for longer than the settings want; whether it did. */
  async rotateIfDue(): Promise<boolean> {
    const { keyRotationInterval } = this.settings;
    if (keyRotationInterval === 0) return false;
    return this.carryOut(
      (ring) => {
        const active = ring.find(({ state }) => state === 'active');
        const isDue = active !== undefined && (active.activeFor ?? Infinity) >= keyRotationInterval;
        return isDue ? rotate(ring) : { moves: [], make: [] };
      },
      this.audited('keys.rotated', SCHEDULE),
    );
  }

  /**
   * The emergency: every key is revoked, and with them every access token that is out, in one quick transaction. Then
   * the sessions of that moment end, in batches, however many there are. Fails when not all of it could be done; what
   * was done stays done, and calling it again does the rest.
   */
  async revokeAll(actor: Actor): Promise<void> {
    await this.carryOut(revokeAll, this.audited('keys.revoked', actor));
    let batch = await this.endSessions(LOWEST_ID, null);
    while (batch.last !== null) batch = await this.endSessions(batch.last, batch.before);
  }

  /**
   * Ends the sessions that follow an id and were opened before a moment, some at a time.
   *
   * @param before null: before the one at which no login or refresh with a revoked key is under way any more
   * @returns the id to go on from, null after the last
   */
  private async endSessions(after: string, before: string | null): Promise<{ last: string | null; before: string }> {
    return this.database.transaction(async (manager) => {
      // Logins and refreshes that are under way end first; the others wait, and find the new key.
      await manager.query('LOCK TABLE gatehouse.sessions IN EXCLUSIVE MODE');
      // Said once, and not of each session.
      await manager.query(`SELECT gatehouse.record_change('all', '')`);
      const [batch] = await manager.query<[{ last: string | null; before: string }]>(
        `WITH moment AS MATERIALIZED (SELECT coalesce($2::timestamptz, clock_timestamp()) AS before),
              batch AS MATERIALIZED (
                SELECT id FROM gatehouse.sessions, moment
                 WHERE id > $1 AND ended_at IS NULL AND expires_at > now() AND created_at <= moment.before
                 ORDER BY id LIMIT ${SESSIONS_AT_ONCE}),
              ended AS (UPDATE gatehouse.sessions SET ended_at = now() WHERE id IN (SELECT id FROM batch))
         SELECT CASE WHEN count(*) = ${SESSIONS_AT_ONCE} THEN (array_agg(id ORDER BY id DESC))[1] END AS last,
                min(moment.before)::text AS before
           FROM moment LEFT JOIN batch ON true`,
        [after, before],
      );
      return batch;
    });
  }

  /** Removes the keys that sign no more and whose last token has expired; how many. */
  async removeSpent(): Promise<number> {
    for (const kid of await this.spent(this.database.manager)) await this.removeExpiredTokens(kid);
    return this.database.transaction(async (manager) => {
      await lock(manager);
      // Whoever is just entering a token of such a key holds its row, and is waited for.
      await manager.query(`SELECT FROM gatehouse.signing_keys WHERE state IN ('retired', 'revoked') FOR UPDATE`);
      const spent = new Set(await this.spent(manager));
      const { moves } = removeSpent(await read(manager), (kid) => spent.has(kid));
      for (const one of moves) await move(manager, one);
      return moves.length;
    });
  }

  /** Plans without the lock first: nothing to do costs one query, and keys are generated before others have to wait. */
  private async carryOut(plan: (ring: readonly DatedKey[]) => Plan, done?: Done): Promise<boolean> {
    const foreseen = plan(await read(this.database.manager));
    if (foreseen.moves.length === 0 && foreseen.make.length === 0) return false;
    const spare = await Promise.all(foreseen.make.map(() => this.generate()));
    return this.database.transaction(async (manager) => {
      await lock(manager);
      const { moves, make } = plan(await read(manager));
      for (const one of moves) await move(manager, one);
      for (const state of make) await this.insert(manager, spare.pop() ?? (await this.generate()), state);
      await done?.(moves, manager);
      return moves.length > 0 || make.length > 0;
    });
  }

  private audited(kind: 'keys.rotated' | 'keys.revoked', actor: Actor): Done {
    return async (moves, manager) => {
      const active = moves.find(({ to }) => to === 'active')?.kid ?? '';
      await this.audit.record(
        { kind, target: { type: 'key', id: active, name: active }, after: { moves } },
        actor,
        manager,
      );
    };
  }

  private generate(): Promise<SigningKey> {
    return generateSigningKey(this.settings.tokenAlgorithm);
  }

  private async insert(manager: EntityManager, key: SigningKey, state: KeyState): Promise<void> {
    const der = key.privateKey.export({ format: 'der', type: 'pkcs8' });
    await manager.query(
      `INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, private_key_encrypted, activated_at)
       VALUES ($1, $2, $3, $4, $5, CASE WHEN $3 = 'active' THEN now() END)`,
      [key.kid, key.algorithm, state, publicJwk(key), this.encryption.encrypt(der, key.kid)],
    );
  }

  /** @throws StartError when one can't be decrypted under either secret */
  private async underFormerSecret(manager: EntityManager): Promise<EncryptedKey[]> {
    const keys = await manager.query<EncryptedKey[]>(
      `SELECT kid, private_key_encrypted AS encrypted FROM gatehouse.signing_keys WHERE state IN ('active', 'next')`,
    );
    if (keys.some(({ kid, encrypted }) => !this.encryption.decrypt(encrypted, kid))) {
      throw new StartError(
        'APP_SECRET is not the one with which the signing keys in the database were encrypted. Set the former one ' +
          'again, or, to change it, set the former one as APP_SECRET_PREVIOUS.',
      );
    }
    return keys.filter(({ kid, encrypted }) => !this.encryption.isPresent(encrypted, kid));
  }

  private async reencrypt(): Promise<void> {
    await this.database.transaction(async (manager) => {
      await lock(manager);
      for (const { kid, encrypted } of await this.underFormerSecret(manager)) {
        const plain = this.encryption.decrypt(encrypted, kid)!;
        await manager.query(`UPDATE gatehouse.signing_keys SET private_key_encrypted = $2 WHERE kid = $1`, [
          kid,
          this.encryption.encrypt(plain, kid),
        ]);
      }
    });
  }

  private async spent(manager: EntityManager): Promise<string[]> {
    const rows = await manager.query<{ kid: string }[]>(
      `SELECT kid FROM gatehouse.signing_keys
        WHERE state IN ('retired', 'revoked')
          AND NOT EXISTS (SELECT FROM gatehouse.tokens WHERE tokens.kid = signing_keys.kid AND expires_at > now())`,
    );
    return rows.map(({ kid }) => kid);
  }

  /** With the key they would all go in one statement. */
  private async removeExpiredTokens(kid: string): Promise<void> {
    for (;;) {
      const [, removed] = await this.database.query<[unknown, number]>(
        `DELETE FROM gatehouse.tokens WHERE jti IN (
           SELECT jti FROM gatehouse.tokens WHERE kid = $1 AND expires_at <= now() LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
        [kid],
      );
      if (removed < BATCH) return;
    }
  }
}

async function lock(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.signing_keys', 0))`);
}

function read(manager: EntityManager): Promise<DatedKey[]> {
  return manager.query(
    `SELECT kid, algorithm, state, extract(epoch FROM now() - activated_at)::float8 AS "activeFor"
       FROM gatehouse.signing_keys`,
  );
}

/** What signs no more loses its private half. */
async function move(manager: EntityManager, { kid, to }: Move): Promise<void> {
  if (to === 'gone') await manager.query('DELETE FROM gatehouse.signing_keys WHERE kid = $1', [kid]);
  else if (to === 'active') {
    await manager.query(`UPDATE gatehouse.signing_keys SET state = $2, activated_at = now() WHERE kid = $1`, [kid, to]);
  } else {
    await manager.query(
      `UPDATE gatehouse.signing_keys
          SET state = $2, retired_at = coalesce(retired_at, now()), private_key_encrypted = NULL WHERE kid = $1`,
      [kid, to],
    );
  }
}
