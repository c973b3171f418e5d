// `npm run cli -- …`: makes ready what is missing, then is `gatehouse`.
import './require-node.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { run } from './run.mjs';

await ensureInstalled();
await ensureBuilt();

const { code } = await run(process.execPath, ['dist/cli.js', ...process.argv.slice(2)]);
process.exit(code);
