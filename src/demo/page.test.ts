import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from './page.js';
import { PageQueryDto } from './page.dto.js';

const row = fc.record({
  id: fc.uuid(),
  createdAt: fc.date({ min: new Date(0), max: new Date('3000-01-01'), noInvalidDate: true }),
});

const problemsOf = (query: object): string[] =>
  validateSync(plainToInstance(PageQueryDto, query)).map(({ property }) => property);

describe('a cursor', () => {
  it('leads back to the very row that it was made of', () => {
    fc.assert(
      fc.property(row, (one) => {
        expect(readCursor(writeCursor(one))).toEqual(one);
      }),
    );
  });

  it('is accepted as it was given out', () => {
    fc.assert(fc.property(row, (one) => problemsOf({ cursor: writeCursor(one) }).length === 0));
  });

  it('is refused when it was made up', () => {
    const id = '6f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11';
    for (const cursor of [
      '',
      'x',
      id,
      `-${id}`,
      `1e3-${id}`,
      `1-${id}0`,
      `${'9'.repeat(15)}-${id}`,
      ['1', id],
      `1-${id}\n`,
    ]) {
      expect(problemsOf({ cursor }), String(cursor)).toEqual(['cursor']);
    }
  });
});

describe('a limit', () => {
  it('is 50 where none is named', () => {
    expect(plainToInstance(PageQueryDto, {}).limit).toBe(50);
  });

  it('is a whole number from 1 to 200', () => {
    expect(['1', '200'].flatMap((limit) => problemsOf({ limit }))).toEqual([]);
    for (const limit of ['', '0', '201', '-1', '1.5', 'ten', 'NaN', ['1', '2']]) {
      expect(problemsOf({ limit }), String(limit)).toEqual(['limit']);
    }
  });
});
