// What it costs to find out what an account may do when nothing is held of it: the processor time of this process for
// one load after another, with the service's own code. Groups, roles and permissions are in memory, as always.
import 'reflect-metadata';
import { AccountGrants } from '../dist/server/rbac/account-grants.js';
import { RbacSnapshot } from '../dist/server/rbac/rbac-snapshot.js';
import { inForce } from '../dist/validity/index.js';
import { connectPostgres } from '../dist/server/database/connect-postgres.js';

const { databaseUrl } = JSON.parse(process.argv[2]);
const database = await connectPostgres(databaseUrl, {}, { entities: [], migrations: [] });
const snapshot = new RbacSnapshot(database, { subscribe() {} });
await snapshot.onModuleInit();
const grants = new AccountGrants(database, snapshot);

process.on('message', (message) => void answer(message));

async function answer({ accountId, loads }) {
  let held;
  const before = process.cpuUsage();
  for (let load = 0; load < loads; load++) {
    held = await grants.load(accountId);
    inForce({ account: held.patterns, client: null, scope: null });
  }
  const { user, system } = process.cpuUsage(before);
  process.send({ milliseconds: (user + system) / 1_000 / loads, groups: held.groups.length, roles: held.roles.length });
}
process.once('disconnect', () => process.exit());
process.send({ ready: true });
