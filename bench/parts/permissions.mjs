// What it costs to find out what an account may do when nothing is held of it.
import { ask } from '../processes.mjs';
import { median } from '../quantile.mjs';
import { row } from '../report.mjs';

const LOADS = 1_000;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measurePermissions(run) {
  const { databaseUrl, richAccount } = await run.main();
  const { child } = await run.launch('permission-load.mjs', { databaseUrl });
  const load = () => ask(child, { accountId: richAccount, loads: LOADS });
  const { groups, roles } = await load();
  const times = [];
  for (let round = 0; round < run.times.rounds; round++) times.push((await load()).milliseconds);
  const what = `cold permission load (${groups} groups, ${roles} roles)`;
  return [row(what, { milliseconds: median(times) }, undefined, '', { milliseconds: 0.3 })];
}
