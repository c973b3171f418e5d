import { createRequire } from 'node:module';
import { Injectable } from '@nestjs/common';
import { PASSWORD_LENGTH } from '../../config/password-length.js';
import { nameKey } from '../names/name-key.js';
import { answerOfThread } from '../concurrency/one-off-thread.js';

/** The package's words are in lower case. Shorter ones are refused for their length. */
const READ = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { dictionary } = require(workerData.library);
  const words = dictionary['passwords-common'].filter((word) => word.length >= workerData.least);
  parentPort.postMessage(words.join('\\n'));`;

const AROUND = /^\P{L}+|\P{L}+$/gu;

/**
 * The passwords that are tried first: some 18,000 from what was stolen elsewhere (ASVS 6.2.4). They are read when the
 * first password is set, in a thread of their own, so that neither the start nor a request waits for them.
 */
@Injectable()
export class CommonPasswords {
  private words: Promise<ReadonlySet<string>> | undefined;

  /** Whether it is one of them whatever its case, or one of them with digits and punctuation around it. */
  async include(password: string): Promise<boolean> {
    const words = await this.load();
    const folded = nameKey(password);
    if (words.has(folded)) return true;
    const core = folded.replaceAll(AROUND, '');
    // What has more around it than that isn't guessed by its word.
    return core.length * 2 >= folded.length && words.has(core);
  }

  /** How many there are. */
  async count(): Promise<number> {
    return (await this.load()).size;
  }

  private load(): Promise<ReadonlySet<string>> {
    if (this.words === undefined) {
      this.words = read();
      // The next one tries again.
      this.words.catch(() => (this.words = undefined));
    }
    return this.words;
  }
}

async function read(): Promise<ReadonlySet<string>> {
  const library = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common');
  const words = await answerOfThread<string>(READ, { library, least: PASSWORD_LENGTH.least });
  return new Set(words.split('\n'));
}
