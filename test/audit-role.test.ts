import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditExport } from '../src/server/audit/audit-export.js';
import { AuditSealer } from '../src/server/audit/audit-sealer.js';
import { AuditVerification } from '../src/server/audit/audit-verification.js';
import { auditEvents } from './support/audit.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { pairFor } from './support/oauth.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

const role = `gatehouse_service_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let owner: pg.Client;
let service: TestEnvironment;

/** The statements of the runbook, for a role of this test's own. */
async function grants(): Promise<string> {
  const runbook = await readFile('docs/operations.md', 'utf8');
  const blocks = [...runbook.matchAll(/```sql\n(.*?)```/gs)];
  const block = blocks.find(([, sql]) => sql!.includes('GRANT USAGE ON SCHEMA'));
  return block![1]!.replaceAll('gatehouse_service', role);
}

beforeAll(async () => {
  database = await createTestDatabase();
  // The owner makes the tables and the first accounts.
  const first = await createTestEnvironment({ databaseUrl: database.url });
  await first.close();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'gatehouse-test'`);
  await owner.query(await grants());
  const url = Object.assign(new URL(database.url), { username: role, password: 'gatehouse-test' });
  service = await createTestEnvironment({ databaseUrl: url.href });
  for (const [username, password] of first.passwords)
    (service.passwords as Map<string, string>).set(username, password);
});
afterAll(async () => {
  await service?.close();
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await owner.end();
  await database.drop();
});

it('a database user who may not change or delete events is enough for all that the service does with them', async () => {
  const { access_token: token, refresh_token: refresh } = await pairFor(service, 'frank');
  await service.ask('/token', { form: { username: 'frank', password: 'not the password' } });
  await service.ask('/revoke', { form: { token: refresh } });
  expect((await service.ask('/users/me', { token })).status).toBe(401);
  const admin = await service.login('admin');
  expect((await service.ask('/service-accounts', { token: admin, json: { username: 'robot' } })).status).toBe(201);
  expect((await service.ask('/keys/rotate', { token: admin, json: { revokeOutstanding: true } })).status).toBe(200);
  await service.app.get(AuditSealer, { strict: false }).seal();
  const kinds = (await auditEvents(service)).map(({ kind }) => kind);
  expect(kinds).toEqual(
    expect.arrayContaining([
      'login.succeeded',
      'login.failed',
      'token.revoked',
      'service-account.created',
      'keys.revoked',
    ]),
  );
  const verdict = await service.app.get(AuditVerification, { strict: false }).verify();
  expect(verdict).toMatchObject({ intact: true });
  expect(verdict.sealed).toBeGreaterThan(4);
  const exported: string[] = [];
  for await (const line of service.app.get(AuditExport, { strict: false }).lines()) exported.push(line);
  expect(exported.length).toBe(kinds.length);
});

it.each([
  `UPDATE gatehouse.audit_events SET kind = 'x'`,
  'DELETE FROM gatehouse.audit_events',
  'TRUNCATE gatehouse.audit_events',
  'ALTER TABLE gatehouse.audit_events DISABLE TRIGGER ALL',
  `UPDATE gatehouse.audit_chain SET hash = sha256('')`,
  'DELETE FROM gatehouse.audit_chain',
  `SELECT gatehouse.cut_audit_events('infinity')`,
])('and can’t: %s', async (statement) => {
  await expect(service.database.query(statement)).rejects.toMatchObject({ driverError: { code: '42501' } });
});
