import { ageText, ITEM_OUTCOMES, OPEN_OUTCOMES, type BatchProgress } from '../client';

import { LiveLines, type ProgressStream } from './live-lines';
import { printable } from './printable';

const BAR_CELLS = 20;
const NO_ANSWER = 'No worker answers; the batch waits for one, start it with "provisioning worker"';

/** Shows a batch: live lines on a terminal, elsewhere a line for each tenth of its items and each change of its state. */
export class BatchProgressView {
  private readonly live: LiveLines;
  private told = '';

  constructor(private readonly stream: ProgressStream) {
    this.live = new LiveLines(stream);
  }

  /** Shows the batch as it stands; undefined when no worker answers. */
  show(progress: BatchProgress | undefined, nowMs: number): void {
    if (this.stream.isTTY) this.live.draw(progress ? batchLines(progress, nowMs, true) : [NO_ANSWER]);
    else this.tellChange(progress, nowMs);
  }

  /** Removes the live lines, so that the result stands alone. */
  clear(): void {
    if (this.stream.isTTY) this.live.draw([]);
  }

  private tellChange(progress: BatchProgress | undefined, nowMs: number): void {
    const { phase, blockedBy, degradedBy } = progress ?? {};
    const tenth = progress && Math.floor((doneOf(progress) * 10) / progress.total);
    const change = JSON.stringify([tenth, phase, blockedBy?.code, degradedBy?.code]);
    if (this.told === change) return;
    this.told = change;
    this.stream.write(`${progress ? batchLines(progress, nowMs, false).join(', ') : NO_ANSWER}\n`);
  }
}

/**
 * Describes a batch as it stands, safe for a terminal: how far it is, and in a second line what keeps it, if anything.
 *
 * @param withBar - begins with a bar
 */
export function batchLines(progress: BatchProgress, nowMs: number, withBar: boolean): string[] {
  const { phase, total } = progress;
  const done = doneOf(progress);
  const cells = Math.floor((done * BAR_CELLS) / total);
  const bar = withBar ? `[${'#'.repeat(cells)}${'-'.repeat(BAR_CELLS - cells)}] ` : '';
  const seconds = secondsLeft(progress, nowMs);
  const parts = [
    `${bar}${phase} ${done} of ${total} (${Math.floor((done * 100) / total)} %)`,
    ...outcomeTexts(progress),
    ...(seconds === undefined ? [] : [`about ${durationText(seconds)} left`]),
  ];
  return [parts.join(', '), ...hindrances(progress)].map(printable);
}

/** Words the counts of a batch by outcome, e.g. `Succeeded 990`. */
export function outcomeTexts({ outcomes }: Pick<BatchProgress, 'outcomes'>): string[] {
  return ITEM_OUTCOMES.flatMap((outcome) => (outcomes[outcome] ? [`${outcome} ${outcomes[outcome]}`] : []));
}

/**
 * Estimates how long a running batch takes still, from its pace so far.
 *
 * @returns seconds; undefined when nothing is known: none of its items is over yet, or it stands
 */
export function secondsLeft(progress: BatchProgress, nowMs: number): number | undefined {
  const done = doneOf(progress);
  if (progress.phase !== 'Running' || done === 0) return undefined;
  const elapsedSeconds = Math.max(0, nowMs - Date.parse(progress.startedAt)) / 1000;
  return (elapsedSeconds / done) * (progress.total - done);
}

/** Words a duration by its two largest units, e.g. `3 h 20 min`. */
export function durationText(seconds: number): string {
  return ageText(new Date(0).toISOString(), new Date(seconds * 1000).toISOString());
}

function doneOf({ outcomes }: BatchProgress): number {
  return ITEM_OUTCOMES.filter((outcome) => !OPEN_OUTCOMES.includes(outcome)).reduce(
    (done, outcome) => done + (outcomes[outcome] ?? 0),
    0,
  );
}

function hindrances({ endedAt, pausedReason, blockedBy, degradedBy }: BatchProgress): string[] {
  if (endedAt !== undefined) return [];
  const texts = [
    pausedReason !== undefined && `paused: ${pausedReason}`,
    blockedBy && `needs a person: ${blockedBy.code} ${blockedBy.message}`,
    degradedBy && `riding out ${degradedBy.code} (${degradedBy.count} in a row)`,
  ].filter((text) => typeof text === 'string');
  return texts.length > 0 ? [texts.join(', ')] : [];
}
