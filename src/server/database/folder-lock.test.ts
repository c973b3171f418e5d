import fs, { mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { spyOnBuiltin } from '../../../test/support/builtin-spy.js';
import { type Child, type CompiledSources, compileSources, startChild } from '../../../test/support/child-process.js';
import { FolderTakenError } from './database-start-error.js';
import { FolderLock } from './folder-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// A holder whose process id means nothing here.
const elsewhere = { pid: 1, startedAt: '1', host: 'other-host', machine: 'another machine', nonce: 'x' };

describe('within one process', () => {
  test('a second opener is refused with a sentence, and let in after release', async () => {
    const lock = await FolderLock.acquire(folder);
    const refusal = await FolderLock.acquire(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(FolderTakenError);
    expect((refusal as Error).message).toContain(folder);
    expect((refusal as Error).message).toMatch(/DATA_DIR.*DATABASE_URL/s);
    await lock.release();
    await (await FolderLock.acquire(folder)).release();
    expect(await readdir(folder)).toEqual(['lock.2']);
  });

  test('who read the folder long ago can not win with a number that was used and cleared since', async () => {
    await writeFile(join(folder, 'lock.6'), JSON.stringify({ ...elsewhere, released: true }));
    const lock = await FolderLock.acquire(folder);
    expect(await readdir(folder)).toEqual(['lock.7']);
    const listing = spyOnBuiltin(fs, 'readdir').mockResolvedValueOnce(['lock.5']);
    await expect(FolderLock.acquire(folder)).rejects.toThrow(FolderTakenError);
    expect(listing).toHaveBeenCalled();
    expect(await readdir(folder)).toEqual(['lock.7']);
    await lock.release();
  });

  test('however many come and go, one holds it at a time', async () => {
    let holders = 0;
    let most = 0;
    let taken = 0;
    const comeAndGo = async () => {
      while (taken < 150) {
        const lock = await FolderLock.acquire(folder).catch((error: unknown) => {
          if (!(error instanceof FolderTakenError)) throw error;
        });
        if (!lock) continue;
        most = Math.max(most, ++holders);
        taken += 1;
        await new Promise(setImmediate);
        holders -= 1;
        await lock.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, comeAndGo));
    expect(most).toBe(1);
  });
});

describe('on another machine', () => {
  async function holderElsewhere(silentForMs: number): Promise<string> {
    const path = join(folder, 'lock.7');
    await writeFile(path, JSON.stringify(elsewhere));
    const then = (Date.now() - silentForMs) / 1000;
    await utimes(path, then, then);
    return path;
  }

  test('a holder that has long been silent counts as dead', async () => {
    await holderElsewhere(20_000);
    await (await FolderLock.acquire(folder)).release();
    expect(await readdir(folder)).toEqual(['lock.8']);
  });

  test('a holder that stays silent while it is watched counts as dead', async () => {
    await holderElsewhere(14_000);
    await (await FolderLock.acquire(folder)).release();
  });

  test('a holder whose heart beats is alive, whatever its process id', async () => {
    const path = await holderElsewhere(10_000);
    const file = await open(path, 'r+');
    const beating = setInterval(() => void file.write(JSON.stringify(elsewhere), 0), 100);
    try {
      await expect(FolderLock.acquire(folder)).rejects.toThrow(/process 1 on host other-host/);
    } finally {
      clearInterval(beating);
      await file.close();
    }
  });

  test('a lock that can not be read is judged by its heartbeat too', async () => {
    await writeFile(join(folder, 'lock.3'), '{');
    const old = Date.now() / 1000 - 60;
    await utimes(join(folder, 'lock.3'), old, old);
    await (await FolderLock.acquire(folder)).release();
  });

  test('who was paused for so long that another took over is told', async () => {
    let told!: () => void;
    const lost = new Promise<void>((resolve) => (told = resolve));
    const lock = await FolderLock.acquire(folder, told);
    await writeFile(join(folder, 'lock.2'), JSON.stringify(elsewhere));
    await lost;
    await lock.release();
  });
});

describe('among processes', () => {
  let sources: CompiledSources;
  beforeAll(async () => {
    sources = await compileSources(['server/database']);
  });
  afterAll(() => sources.remove());

  const children: Child[] = [];
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
  });

  /** Processes that are ready to try for the lock at a word; each answers whether it holds it, and then keeps it. */
  async function contenders(count: number): Promise<Child[]> {
    const started = Array.from({ length: count }, () =>
      startChild(`
        import { FolderLock } from '${sources.module('server/database/folder-lock')}';
        import { createInterface } from 'node:readline';
        let lock;
        console.log('ready');
        for await (const word of createInterface({ input: process.stdin })) {
          if (word === 'take') {
            lock = await FolderLock.acquire(${JSON.stringify(folder)}).catch((error) => void console.log(error.name));
            if (lock) console.log('holds');
          } else {
            await lock.release();
            console.log('released');
          }
        }
      `),
    );
    children.push(...started);
    for (const child of started) expect(await child.line()).toBe('ready');
    return started;
  }

  /** All try at once; the one that holds the lock then. */
  async function race(among: readonly Child[]): Promise<Child> {
    for (const child of among) child.say('take');
    const answers = await Promise.all(among.map((child) => child.line()));
    expect(answers.filter((answer) => answer === 'holds')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'FolderTakenError')).toHaveLength(among.length - 1);
    return among[answers.indexOf('holds')]!;
  }

  test.each([2, 8])('of %i that race for the folder one gets it, each time its holder is killed', async (count) => {
    let left = await contenders(count);
    while (left.length > 0) {
      const holder = await race(left);
      await holder.kill();
      left = left.filter((child) => child !== holder);
    }
    await (await FolderLock.acquire(folder)).release();
  });

  test('of 4 that race for the folder one gets it, each time it was released', async () => {
    const all = await contenders(4);
    for (let round = 0; round < 20; round++) {
      const holder = await race(all);
      holder.say('release');
      expect(await holder.line()).toBe('released');
    }
  });
});
