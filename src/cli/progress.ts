import type { ProvisioningSnapshot } from '../client';

import { snapshotLine } from './output';

/** Where progress goes: stderr, or a stand-in. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** One follow of which progress is shown. */
export interface Watched {
  taskId: string;
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
    if (this.stream.isTTY) this.redraw(follows.map((follow) => lineOf(follow, nowMs)));
    else for (const follow of follows) this.tellChange(follow, nowMs);
  }

  /** Removes the live lines, so that the result stands alone. */
  clear(): void {
    if (this.stream.isTTY) this.redraw([]);
  }

  private redraw(lines: readonly string[]): void {
    const { columns = 80 } = this.stream;
    const up = this.shownLines > 0 ? `\u001b[${this.shownLines}A` : '';
    // A line that wraps would be counted as one and leave its rest behind.
    const text = lines.map((line) => `${line.replaceAll('\n', ' ').slice(0, columns - 1)}\n`).join('');
    this.stream.write(`${up}\u001b[0J${text}`);
    this.shownLines = lines.length;
  }

  private tellChange(follow: Watched, nowMs: number): void {
    const { phase, status, degradedBy, blockedBy } = follow.snapshot ?? {};
    const change = JSON.stringify([phase, status, degradedBy?.code, blockedBy?.code]);
    if (this.told.get(follow.taskId) === change) return;
    this.told.set(follow.taskId, change);
    this.stream.write(`${lineOf(follow, nowMs)}\n`);
  }
}

function lineOf({ taskId, snapshot }: Watched, nowMs: number): string {
  if (!snapshot) return `${taskId}: no worker answers; the follow waits for one, start it with "provisioning worker"`;
  return snapshotLine(snapshot, nowMs);
}
