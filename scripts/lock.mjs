import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from './run.mjs';

// Not in the project's folder: installing and building delete whole folders there.
const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
const file = join(tmpdir(), `gatehouse-setup-${name}.lock`);

/**
 * Does a piece of work while no other process does one on the same folder. The lock of a process that is gone counts
 * for nothing.
 */
export async function withSetupLock(work) {
  for (let waiting = false; !take(); waiting = true) {
    if (!waiting) console.log(`Waiting for another start to install and build (${file}) …`);
    await setTimeout(100);
  }
  const free = () => rmSync(file, { force: true });
  process.once('exit', free);
  try {
    return await work();
  } finally {
    process.off('exit', free);
    free();
  }
}

function take() {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    // Appears under its name with the number in it, and for one process only.
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAbandoned()) return false;
    rmSync(file, { force: true });
    return take();
  } finally {
    rmSync(draft, { force: true });
  }
}

function isAbandoned() {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
