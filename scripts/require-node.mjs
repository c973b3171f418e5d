// Imported first by every script that people start: says in one sentence that Node is too old, before newer syntax or
// a missing module can say it worse.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const needed = engines.node.replace('>=', '').split('.').map(Number);
const found = process.versions.node.split('.').map(Number);
const at = needed.findIndex((part, index) => part !== found[index]);

if (at >= 0 && found[at] < needed[at]) {
  console.error(`Gatehouse needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
