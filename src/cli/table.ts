import { columnsOf, cut, visible } from './shown-text.js';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => unknown;
  /** Never cut: what has to be typed again, such as an id. */
  readonly whole?: true;
}

const GAP = 2;
/** Less says nothing. */
const NARROWEST = 5;

/**
 * Rows under titles, in lines of at most so many columns: the widest columns are cut first.
 *
 * @param width undefined: as wide as it takes
 */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width?: number): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column) => visible(said(column.of(row))))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => columnsOf(line[index]!))));
  if (width !== undefined) narrow(widths, columns, width);
  return cells.map((line) => joined(line, widths)).join('\n');
}

/** What one thing has, a line each. */
export function sheet(facts: readonly (readonly [title: string, value: unknown])[], width?: number): string {
  const titles = Math.max(...facts.map(([title]) => columnsOf(title)));
  const room = width === undefined ? Infinity : Math.max(NARROWEST, width - titles - GAP);
  return facts.map(([title, value]) => joined([title, cut(visible(said(value)), room)], [titles, room])).join('\n');
}

/** A value in words. */
export function said(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(said).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value as string | number);
}

/** A moment of JSON, to the minute. */
export function moment(value: unknown): string {
  return typeof value === 'string' ? `${value.slice(0, 16).replace('T', ' ')}Z` : '-';
}

function narrow(widths: number[], columns: readonly Column<never>[], most: number): void {
  const total = (): number => widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1));
  while (total() > most) {
    const widest = widths.reduce(
      (best, one, index) => (!columns[index]!.whole && one > (widths[best] ?? NARROWEST) ? index : best),
      -1,
    );
    if (widest < 0) return;
    widths[widest]!--;
  }
}

function joined(line: readonly string[], widths: readonly number[]): string {
  return line
    .map((cell, index) => {
      const fitting = cut(cell, widths[index]!);
      const isLast = index === line.length - 1;
      return isLast ? fitting : fitting + ' '.repeat(widths[index]! - columnsOf(fitting) + GAP);
    })
    .join('')
    .trimEnd();
}
