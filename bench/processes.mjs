// Processes, each on its core: the server that is measured has one to itself, everything else shares the others.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A Linux kernel counts the processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

const cores = availableParallelism();
const canPin = cores > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Where things run, in words. */
export const placement = canPin
  ? `server on core 0; PostgreSQL and load generator on core ${restOfCores()}`
  : 'NOT PINNED (no taskset, or one core only): server, PostgreSQL and load generator get in each other’s way';

/** How many cores a program has that is started there. */
export function coresOf(core) {
  if (!canPin) return cores;
  return { server: 1, rest: cores - 1, all: cores }[core];
}

/** The cores that are not the server's, as taskset names them. */
function restOfCores() {
  return cores === 2 ? '1' : `1-${cores - 1}`;
}

/** Moves this process off the core of the server; what it starts from now on follows, PostgreSQL too. */
export function leaveServerCore() {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', restOfCores(), String(process.pid)]);
}

/**
 * Starts a Node program.
 *
 * @param {{ core: 'server' | 'rest' | 'all', program: string, args?: string[], flags?: string[], env?: object, cwd?: string,
 *   quiet?: boolean }} options program: a file beside this one, or an absolute path; flags: of Node itself
 */
export function start({ core, program, args = [], flags = [], env = process.env, cwd, quiet = false }) {
  const file = program.startsWith('/') ? program : fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, ...flags, file, ...args];
  const where = { server: '0', rest: restOfCores(), all: `0-${cores - 1}` }[core];
  if (canPin) command.unshift('taskset', '-c', where);
  const stdio = [quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit', quiet ? 'pipe' : 'inherit', 'ipc'];
  const child = spawn(command[0], command.slice(1), { stdio, env, cwd });
  const said = [];
  child.stderr?.on('data', (chunk) => said.push(chunk));
  /** What it wrote to its error output. */
  child.said = () => Buffer.concat(said).toString();
  return child;
}

/** Ends a process that {@link start} started. */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Asks a process for something by a message, and waits for its answer. */
export function ask(child, message) {
  child.send(message);
  return answerOf(child);
}

/** The next message of a process. */
export function answerOf(child) {
  return new Promise((resolve, reject) => {
    const onMessage = (answer) => {
      child.off('exit', onExit);
      if (answer.error) reject(new Error(answer.error));
      else resolve(answer);
    };
    const onExit = () => {
      child.off('message', onMessage);
      reject(new Error(`${child.spawnargs.join(' ')} ended instead of answering.\n${child.said()}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** Seconds of processor time that a process has taken; NaN where the system doesn't tell. */
export function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return NaN;
  }
}

/** Bytes of memory that a process holds; NaN where the system doesn't tell. */
export function residentBytes(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1_024;
  } catch {
    return NaN;
  }
}

/** A port of 127.0.0.1 that nothing listens on at this moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
