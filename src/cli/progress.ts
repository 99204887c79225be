import type { ProvisioningSnapshot } from '../client';

import { snapshotLine } from './output';
import { cutTo, printable } from './printable';
import { nameOf, type TaskIds } from './tasks';

/** Where progress goes: stdout, stderr, or a stand-in. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** One follow of which progress is shown. */
export interface Watched extends TaskIds {
  /** Absent while no worker answers. */
  snapshot?: ProvisioningSnapshot | undefined;
}

/** Shows several follows: live lines on a terminal, a line for each change elsewhere. */
export class Progress {
  private shownLines = 0;
  private readonly told = new Map<string, string>();

  constructor(private readonly stream: ProgressStream) {}

  /** Shows the follows as they stand. */
  show(follows: readonly Watched[], nowMs: number): void {
    const hasManyZones = new Set(follows.map(({ zoneId }) => zoneId)).size > 1;
    const lineOf = (follow: Watched): string =>
      `${hasManyZones ? `${printable(follow.zoneId)}/` : ''}${wordsOf(follow, nowMs)}`;
    if (this.stream.isTTY) this.redraw(this.fitting(follows, lineOf));
    else for (const follow of follows) this.tellChange(follow, lineOf);
  }

  /** Removes the live lines, so that the result stands alone. */
  clear(): void {
    if (this.stream.isTTY) this.redraw([]);
  }

  /** As many as the terminal has rows for; those that go on first, when they are not all. */
  private fitting(follows: readonly Watched[], lineOf: (follow: Watched) => string): string[] {
    const { rows = 24 } = this.stream;
    // The cursor stands below the last line.
    if (follows.length < rows) return follows.map(lineOf);
    const isOver = ({ snapshot }: Watched): boolean => snapshot?.endedAt !== undefined;
    const sorted = [...follows.filter((follow) => !isOver(follow)), ...follows.filter(isOver)];
    const shown = Math.max(0, rows - 2);
    return [...sorted.slice(0, shown).map(lineOf), `… and ${follows.length - shown} more`];
  }

  private redraw(lines: readonly string[]): void {
    // Some terminals say that they have none.
    const columns = this.stream.columns || 80;
    const up = this.shownLines > 0 ? `\u001b[${this.shownLines}A` : '';
    // A line that wraps would be counted as one and leave its rest behind.
    const text = lines.map((line) => `${cutTo(columns - 1, line)}\n`).join('');
    this.stream.write(`${up}\u001b[0J${text}`);
    this.shownLines = lines.length;
  }

  private tellChange(follow: Watched, lineOf: (follow: Watched) => string): void {
    const { phase, status, degradedBy, blockedBy } = follow.snapshot ?? {};
    const change = JSON.stringify([phase, status, degradedBy?.code, blockedBy?.code]);
    const name = nameOf(follow);
    if (this.told.get(name) === change) return;
    this.told.set(name, change);
    this.stream.write(`${lineOf(follow)}\n`);
  }
}

function wordsOf({ taskId, snapshot }: Watched, nowMs: number): string {
  if (snapshot) return snapshotLine(snapshot, nowMs);
  return `${printable(taskId)}: no worker answers; the follow waits for one, start it with "provisioning worker"`;
}
