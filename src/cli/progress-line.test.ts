import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { Progress } from '../server/console/console-command.js';
import { bar, ProgressLine } from './progress-line.js';
import type { Terminal } from './terminal.js';

const half: Progress = { step: 'writing', done: 500, total: 1_000, unit: 'accounts' };

describe('the bar', () => {
  it('says what is done, how much of it, and of how much', () => {
    expect(bar(half, 60)).toBe('writing    [#########..........]  50 %  500 of 1000 accounts');
    expect(bar({ ...half, done: 0 }, 60)).toMatch(/\[\.+\] {3}0 %/);
    expect(bar({ ...half, done: 1_000 }, 60)).toMatch(/\[#+\] 100 %/);
    expect(bar({ ...half, done: 0, total: 0 }, 60)).toContain('100 %');
  });

  it('is full only at the end', () => {
    expect(bar({ ...half, done: 999_999, total: 1_000_000 }, 60)).toMatch(/\.\] {2}99 %/);
  });

  it('is none where nobody knows of how much', () => {
    expect(bar({ step: 'reading', done: 65_536, unit: 'bytes' }, 60)).toBe('reading    65536 bytes');
  });

  it('fits every terminal, and is as long whatever is done', () => {
    for (let width = 1; width <= 200; width++) {
      const lengths = [0, 100, 500, 900].map((done) => bar({ ...half, done }, width).length);
      for (const length of lengths) expect(length).toBeLessThanOrEqual(width);
      if (width >= 40) expect(lengths.every((length) => length > 30)).toBe(true);
    }
  });
});

describe('how far a command is', () => {
  it('is one line on a terminal, which goes when something else is written', () => {
    const { stream, text } = screen({ isTTY: true, columns: 60 });
    const line = new ProgressLine({ complaints: stream });
    line.show({ ...half, step: 'comparing', done: 1_000 });
    line.show({ step: 'writing', done: 1, unit: 'accounts' });
    expect(seen(text())).toBe('writing    1 accounts');
    line.clear();
    expect(seen(text())).toBe('');
    expect(text()).not.toContain('\n');
    const before = text();
    line.clear();
    expect(text()).toBe(before);
  });

  it('is a line every two seconds elsewhere, as in a log', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { stream, text } = screen({});
      const line = new ProgressLine({ complaints: stream });
      // As it takes to open the database.
      vi.advanceTimersByTime(10_000);
      for (let tick = 0; tick < 50; tick++) {
        vi.advanceTimersByTime(100);
        line.show(half);
      }
      line.clear();
      expect(text()).toBe('writing … 500 of 1000 accounts\n'.repeat(2));
    } finally {
      vi.useRealTimers();
    }
  });
});

/** What a terminal shows of a line that was written over. */
function seen(text: string): string {
  let shown = '';
  for (const part of text.split('\r')) shown = part + shown.slice(part.length);
  return shown.trimEnd();
}

function screen(terminal: { isTTY?: boolean; columns?: number }): {
  stream: Terminal['complaints'];
  text: () => string;
} {
  let written = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, terminal), text: () => written };
}
