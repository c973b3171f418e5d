import { Worker } from 'node:worker_threads';

/**
 * Runs a script in a thread of its own, which ends with it and gives its memory back; answers what it posts.
 *
 * @param script CommonJS as text, since a worker can't load the sources of a module that isn't compiled
 */
export async function answerOfThread<Answer>(script: string, workerData: unknown): Promise<Answer> {
  const worker = new Worker(script, { eval: true, workerData, execArgv: [], env: {} });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`A thread ended with ${code} and without an answer.`)));
    });
  } finally {
    await worker.terminate();
  }
}
