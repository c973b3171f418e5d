import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { answerOfThread } from '../concurrency/one-off-thread.js';
import type { Argon2Hash, ForeignHash, Pbkdf2Hash } from './foreign-hash.js';

const derive = promisify(pbkdf2);

/** Whether the password fits, worked out off the event loop. */
export async function fitsForeign(password: string, hash: ForeignHash): Promise<boolean> {
  const key = hash.type === 'pbkdf2' ? await derivePbkdf2(password, hash) : await deriveArgon2(password, hash);
  return timingSafeEqual(key, hash.key) && password !== '';
}

function derivePbkdf2(password: string, { salt, iterations, key, digest }: Pbkdf2Hash): Promise<Buffer> {
  return derive(password, salt, iterations, key.length, digest);
}

const ARGON2 = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { argon2id } = require(workerData.library);
  argon2id({ ...workerData.options, outputType: 'binary' }).then((key) => parentPort.postMessage(key));`;

/**
 * WebAssembly, which would hold up the thread that it runs on: so each has one of its own. They are rare, since the first
 * login replaces such a hash.
 */
function deriveArgon2(password: string, { salt, memory, passes, lanes, key }: Argon2Hash): Promise<Uint8Array> {
  const options = {
    // The library wants one. Nobody's is empty, and none that is fits.
    password: Buffer.from(password === '' ? '\0' : password),
    salt,
    memorySize: memory,
    iterations: passes,
    parallelism: lanes,
    hashLength: key.length,
  };
  const library = createRequire(import.meta.url).resolve('hash-wasm');
  return answerOfThread(ARGON2, { library, options });
}
