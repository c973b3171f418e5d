#!/usr/bin/env node
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { openSession, type Session } from './cli/session.js';
import { runProgram } from './cli/program.js';
import { readSettings } from './config/read-settings.js';
import { SettingsError } from './config/setting.js';
import { ConsoleError } from './server/console/console-error.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** Reads the settings only when a command needs them: help and completion work anywhere. */
async function open(pending: 'run' | 'refuse'): Promise<Session> {
  try {
    const { settings, warnings } = readSettings(process.env);
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    return await openSession(settings, login(), pending);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new ConsoleError('unreachable', error.message, { cause: error });
  }
}

/** A container may run as a user that has no name. */
function login(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

// Whoever reads has seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const terminal = { input: process.stdin, output: process.stdout, complaints: process.stderr };
process.exitCode = await runProgram(process.argv.slice(2), terminal, version, open);
