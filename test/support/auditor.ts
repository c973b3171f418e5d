import type { Answer, TestEnvironment } from './environment.js';
import { addClient, basic } from './oauth.js';
import { giveRole } from './roles.js';

export const AUDITOR = 'auditor';
export const AUDITOR_SECRET = 'the secret of the auditor';

/** The header by which the auditor says who it is. */
export const asAuditor = basic(AUDITOR, AUDITOR_SECRET);

/** Makes a client whose service account may introspect any token. */
export async function addAuditor(service: TestEnvironment): Promise<void> {
  await service.change(`INSERT INTO gatehouse.accounts (kind, username, username_key) VALUES ('service', $1, $1)`, [
    AUDITOR,
  ]);
  await addClient(service, { clientId: AUDITOR, secret: AUDITOR_SECRET });
  await service.change(
    `UPDATE gatehouse.clients SET account_id = accounts.id FROM gatehouse.accounts WHERE username = client_id`,
  );
  await giveRole(service, AUDITOR, AUDITOR, ['tokens:introspect']);
}

/** Introspects as the auditor. */
export function introspect(service: TestEnvironment, token: string): Promise<Answer> {
  return service.ask('/introspect', { form: { token }, headers: asAuditor });
}
