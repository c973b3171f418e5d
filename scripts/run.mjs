import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the project; every program is run in it. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end, and passes on the signals that arrive meanwhile.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, shell?: boolean }} [options] quiet: keep the output instead of
 *   showing it.
 * @returns {Promise<{ code: number, output: string, stopped: boolean }>} code: as a shell has it, so 128 + n for a
 *   program that died of signal n; stopped: this process was asked to stop meanwhile.
 */
export function run(command, args, { quiet = false, env = process.env, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      shell,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));

    let stopped = false;
    const forward = (signal) => {
      stopped = true;
      // A terminal sends Ctrl-C to both; a second one could be taken for impatience.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const leave = () => {
      for (const signal of forwarded) process.off(signal, forward);
    };

    child.on('error', (error) => {
      leave();
      reject(error);
    });
    child.on('close', (code, signal) => {
      leave();
      resolve({ code: code ?? 128 + constants.signals[signal], output: Buffer.concat(output).toString(), stopped });
    });
  });
}

/** Runs the program of an installed package, given by its file below node_modules. See {@link run}. */
export function runInstalled(file, args, options) {
  return run(process.execPath, [join(root, 'node_modules', file), ...args], options);
}

/** Seconds since a moment of `performance.now()`, as people read them. */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
