// `npm start`: makes ready what is missing, then serves. `--watch` builds and restarts at each change.
import './require-node.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { run, runInstalled } from './run.mjs';
import { threadPoolSize } from './thread-pool.mjs';

const watch = process.argv.includes('--watch');

// It has to be set from outside: once a process runs, its pool has its size.
const env = { UV_THREADPOOL_SIZE: String(threadPoolSize()), ...process.env };

endWithNpm();
await ensureInstalled();
if (!watch) await ensureBuilt();

const { code } = watch
  ? await runInstalled('@nestjs/cli/bin/nest.js', ['start', '--watch', '--no-shell', '--preserveWatchOutput'], { env })
  : await run(process.execPath, ['--enable-source-maps', 'dist/main.js'], { env });
process.exit(code);

/** npm hands SIGTERM to its shell, and the shell dies of it without a word to us: then our parent is another one. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 200);
  timer.unref();
}
