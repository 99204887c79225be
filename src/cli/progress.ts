import type { ProvisioningSnapshot } from '../client';

import { LiveLines, type ProgressStream } from './live-lines';
import { snapshotLine } from './output';
import { printable } from './printable';
import { nameOf, type TaskIds } from './tasks';

/** One follow of which progress is shown. */
export interface Watched extends TaskIds {
  /** Absent while no worker answers. */
  snapshot?: ProvisioningSnapshot | undefined;
}

/** Shows several follows: live lines on a terminal, a line for each change elsewhere. */
export class Progress {
  private readonly live: LiveLines;
  private readonly told = new Map<string, string>();

  constructor(private readonly stream: ProgressStream) {
    this.live = new LiveLines(stream);
  }

  /** Shows the follows as they stand. */
  show(follows: readonly Watched[], nowMs: number): void {
    const hasManyZones = new Set(follows.map(({ zoneId }) => zoneId)).size > 1;
    const lineOf = (follow: Watched): string =>
      `${hasManyZones ? `${printable(follow.zoneId)}/` : ''}${wordsOf(follow, nowMs)}`;
    if (this.stream.isTTY) this.live.draw(this.fitting(follows, lineOf));
    else for (const follow of follows) this.tellChange(follow, lineOf);
  }

  /** Removes the live lines, so that the result stands alone. */
  clear(): void {
    if (this.stream.isTTY) this.live.draw([]);
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
