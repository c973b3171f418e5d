import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { hashClientSecret, makeClientSecret } from './client-secret.js';

/** Keeps the secrets of clients: the present one, and for a while the former. */
@Injectable()
export class ClientSecrets {
  /**
   * Makes a new secret. The present one becomes the former and lives on for the overlap; one that was the former already
   * ends at once, so there are never more than two.
   *
   * @param overlap seconds
   * @param manager of a transaction that has locked the client's row
   */
  async replace(clientId: string, overlap: number, manager: EntityManager): Promise<string> {
    const secret = makeClientSecret();
    await manager.query(
      'DELETE FROM gatehouse.client_secrets WHERE client_id = $1 AND (expires_at IS NOT NULL OR $2::float8 = 0)',
      [clientId, overlap],
    );
    await manager.query(
      `UPDATE gatehouse.client_secrets SET expires_at = now() + make_interval(secs => $2) WHERE client_id = $1`,
      [clientId, overlap],
    );
    await manager.query('INSERT INTO gatehouse.client_secrets (hash, client_id) VALUES ($1, $2)', [
      hashClientSecret(secret),
      clientId,
    ]);
    return secret;
  }
}
