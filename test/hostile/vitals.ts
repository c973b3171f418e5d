import { setTimeout } from 'node:timers/promises';
import type { BuiltService } from '../support/built-service.js';

/** How a service is, at one moment, and how it was since it was asked before. */
export interface Vitals {
  /** Bytes. */
  readonly rss: number;
  readonly heap: number;
  /** The longest that the event loop was held up since the last look. Milliseconds. */
  readonly longestPause: number;
}

/** For the environment of a service: lets it collect its garbage when it gets SIGUSR2, so that what is measured is held. */
export const COLLECTABLE = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `import v8 from 'node:v8'; import vm from 'node:vm'; v8.setFlagsFromString('--expose-gc');
     const gc = vm.runInNewContext('gc'); process.on('SIGUSR2', () => gc());`,
  )}`,
};

/** Asks `/metrics`, which must be open. The pause is that before the garbage is collected, the memory that after it. */
export async function vitalsOf({ url, process: child }: BuiltService): Promise<Vitals> {
  const before = await metricsOf(url);
  child.kill('SIGUSR2');
  await setTimeout(100);
  const after = await metricsOf(url);
  return {
    rss: after('process_resident_memory_bytes'),
    heap: after('nodejs_heap_size_used_bytes'),
    longestPause: before('nodejs_eventloop_lag_max_seconds') * 1_000,
  };
}

async function metricsOf(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (name) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

/** What the service says that its verified tokens take. Bytes. */
export async function cachedBytesOf({ url }: BuiltService): Promise<number> {
  return (await metricsOf(url))('gatehouse_cached_bytes');
}
