import type { KeyRotationDto } from '../admin/admin-keys.dto.js';

/** Where a command's answer and its progress go; a test collects them. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** Progress is drawn over itself. */
  terminal: boolean;
}

const PROGRESS_EVERY_MS = 5000;
export const number = new Intl.NumberFormat('en');

export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number.format(value)} ${value === 1 ? one : many}`;

/** Columns side by side; the last one is not padded. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What a rotation has come to, in one line. */
export function progressLine(rotation: KeyRotationDto): string {
  const { done, skipped, total, state, error } = rotation;
  const share = total > 0 ? Math.min(100, Math.floor(((done + skipped) * 100) / total)) : 100;
  const parts = [`${number.format(done)} of ${number.format(Math.max(total, done + skipped))} (${share} %)`];
  if (skipped > 0) parts.push(`${number.format(skipped)} cannot be opened`);
  if (state !== 'running') parts.push(state);
  if (error) parts.push(error);
  return parts.join(', ');
}

/** Shows how far something is: a line that is drawn again on a terminal, else one now and then. */
export class Progress {
  private last = '';
  private shownAt = 0;
  private waitsFor = '';

  constructor(
    private readonly streams: Streams,
    private readonly silent: boolean,
  ) {}

  show(label: string, rotation: KeyRotationDto): void {
    this.line(`${label}: ${progressLine(rotation)}`, rotation.state !== 'running');
  }

  /** @param last it is the end, and shown however soon it comes. */
  line(line: string, last = false): void {
    if (this.silent || line === this.last) return;
    const due = Date.now() - this.shownAt >= PROGRESS_EVERY_MS || last;
    if (!this.streams.terminal && !due) return;
    this.streams.err(this.streams.terminal ? `\r\u001b[K${line}` : `${line}\n`);
    this.last = line;
    this.shownAt = Date.now();
  }

  /** Says once what is waited for: a process that was killed holds it until its time is up. */
  wait(label: string, { held, seconds }: { held: boolean; seconds: number }): void {
    const what = `${label} ${held}`;
    if (this.silent || this.waitsFor === what) return;
    this.waitsFor = what;
    const line = held
      ? `another process works on it. Should that one have ended, this command goes on in ${seconds} s.`
      : `it could not go on, and is tried again in ${seconds} s.`;
    this.streams.err(`${this.streams.terminal ? '\r\u001b[K' : ''}${label}: ${line}\n`);
    this.last = '';
  }

  end(): void {
    this.waitsFor = '';
    if (!this.silent && this.streams.terminal && this.last) this.streams.err('\n');
    this.last = '';
  }
}
