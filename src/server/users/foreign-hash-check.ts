import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
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

/** As text, since a worker can't load the sources of a module that isn't compiled. */
const ARGON2 = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { argon2id } = require(workerData.library);
  argon2id({ ...workerData.options, outputType: 'binary' }).then((key) => parentPort.postMessage(key));`;

/**
 * WebAssembly, which would hold up the thread that it runs on: so each has one of its own, which ends with it and gives
 * its memory back. They are rare, since the first login replaces such a hash.
 */
async function deriveArgon2(password: string, { salt, memory, passes, lanes, key }: Argon2Hash): Promise<Uint8Array> {
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
  const worker = new Worker(ARGON2, { eval: true, workerData: { library, options }, execArgv: [], env: {} });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`The thread for argon2 ended with ${code}.`)));
    });
  } finally {
    await worker.terminate();
  }
}
