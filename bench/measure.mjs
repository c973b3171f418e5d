import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, processorTime, start, stop } from './processes.mjs';
import { median } from './quantile.mjs';

/** The load generator, a process of its own off the server's core. */
export class LoadGenerator {
  #child = start({ core: 'rest', program: 'load.mjs' });
  #folder;
  #files = 0;

  /** @param {string} folder for what is too large for a message */
  constructor(folder) {
    this.#folder = folder;
  }

  /** Makes requests ready, by name; see load.mjs. */
  async define({ values, follow, ...plan }) {
    if (follow || !values) return ask(this.#child, { ...plan, follow, values });
    const valuesFile = join(this.#folder, `values-${this.#files++}`);
    await writeFile(valuesFile, values.join('\n'));
    return ask(this.#child, { ...plan, valuesFile });
  }

  /** Asks without pause for so many seconds; every answer must be 200. */
  async run(plan, { seconds, connections }) {
    return expecting(200, plan, await ask(this.#child, { run: plan, seconds, connections }));
  }

  /** Asks once with each value; every answer must have this status. */
  async each(plan, connections, status) {
    return expecting(status, plan, await ask(this.#child, { each: plan, connections }));
  }

  stop() {
    return stop(this.#child);
  }
}

function expecting(status, plan, { statuses, seconds, generatorCpu }) {
  const others = Object.keys(statuses).filter((one) => one !== String(status));
  if (others.length > 0) throw new Error(`${plan}: expected ${status} alone, got ${JSON.stringify(statuses)}`);
  const requests = statuses[status] ?? 0;
  return { perSecond: requests / seconds, requests, generatorBusy: generatorCpu / seconds };
}

/**
 * Measures things in turn, A B B A A B …, after a round that doesn't count. Answers the medians over the rounds, of all
 * and of the first two by name; `serverMicros` is the server's processor time for a request, and `spread` the least and the most a second.
 *
 * @param {{ load: LoadGenerator, plan: string, pid: number }[]} contenders
 */
export async function compare(contenders, { rounds, seconds, connections }) {
  const results = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 ? contenders.keys() : [...contenders.keys()].toReversed();
    for (const index of order) {
      const { load, plan, pid } = contenders[index];
      const before = processorTime(pid);
      const result = await load.run(plan, { seconds: round === 0 ? Math.max(1, seconds / 2) : seconds, connections });
      const serverMicros = ((processorTime(pid) - before) * 1e6) / result.requests;
      if (round > 0) results[index].push({ ...result, serverMicros });
    }
  }
  const all = results.map(summary);
  const [a, b] = all;
  return { a, b, all };
}

function summary(results) {
  const of = (name) => results.map((result) => result[name]);
  const perSecond = of('perSecond');
  return {
    perSecond: median(perSecond),
    spread: [Math.min(...perSecond), Math.max(...perSecond)],
    serverMicros: median(of('serverMicros')),
    generatorBusy: median(of('generatorBusy')),
  };
}
