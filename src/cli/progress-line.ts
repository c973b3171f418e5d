import type { Progress } from '../server/console/console-command.js';
import { columnsOf } from './shown-text.js';
import type { Terminal } from './terminal.js';

/** Between two lines where nobody sees a bar grow, as in a log. Milliseconds. */
const LINE_EVERY = 2_000;

/** As long as the longest step's name, so that the bar doesn't jump. */
const STEP = 9;
/** A shorter bar says nothing. */
const SHORTEST_BAR = 10;

/** Shows how far a command is: on a terminal a bar that grows in its place, elsewhere a line now and then. */
export class ProgressLine {
  private drawn = 0;
  /** When the last line was written, or what takes long began. */
  private last: number | undefined;

  constructor(private readonly terminal: Pick<Terminal, 'complaints'>) {}

  show(progress: Progress): void {
    if (this.terminal.complaints.isTTY) return this.draw(progress);
    this.last ??= performance.now();
    if (performance.now() - this.last < LINE_EVERY) return;
    this.last = performance.now();
    this.terminal.complaints.write(`${progress.step} … ${counted(progress)}\n`);
  }

  /** Before anything else is written there. */
  clear(): void {
    if (this.drawn === 0) return;
    this.terminal.complaints.write(`\r${' '.repeat(this.drawn)}\r`);
    this.drawn = 0;
  }

  private draw(progress: Progress): void {
    // In its last column a terminal would begin another line.
    const line = bar(progress, (this.terminal.complaints.columns || 80) - 1);
    const rest = Math.max(0, this.drawn - columnsOf(line));
    this.terminal.complaints.write(`\r${line}${' '.repeat(rest)}`);
    this.drawn = columnsOf(line);
  }
}

/** Such as `writing    [#####.....]  50 %  500 of 1000 accounts`, in so many columns at most. */
export function bar(progress: Progress, width: number): string {
  const { step, done, total } = progress;
  const title = step.padEnd(STEP);
  if (total === undefined) return `${title}  ${counted(progress)}`.slice(0, width);
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const percent = `${Math.floor(part * 100)} %`.padStart(5);
  const around = `${title}  [] ${percent}`.length;
  const count = `  ${counted(progress)}`;
  const room = width - around - count.length;
  const length = room < SHORTEST_BAR ? width - around : room;
  if (length < SHORTEST_BAR) return `${title}${percent}`.slice(0, width);
  const full = Math.floor(part * length);
  const drawn = `${title}  [${'#'.repeat(full)}${'.'.repeat(length - full)}] ${percent}`;
  return room < SHORTEST_BAR ? drawn : drawn + count;
}

function counted({ done, total, unit }: Progress): string {
  return total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
}
