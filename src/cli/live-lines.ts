import { cutTo } from './printable';

/** Where progress goes: stdout, stderr, or a stand-in. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** Lines on a terminal that are drawn over those before. */
export class LiveLines {
  private shown = 0;

  constructor(private readonly stream: ProgressStream) {}

  /** Draws lines in the place of the last ones; none takes them away. */
  draw(lines: readonly string[]): void {
    // Some terminals say that they have none.
    const columns = this.stream.columns || 80;
    const up = this.shown > 0 ? `\u001b[${this.shown}A` : '';
    // A line that wraps would be counted as one and leave its rest behind.
    const text = lines.map((line) => `${cutTo(columns - 1, line)}\n`).join('');
    this.stream.write(`${up}\u001b[0J${text}`);
    this.shown = lines.length;
  }
}
