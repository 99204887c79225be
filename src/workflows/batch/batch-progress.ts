import { OPEN_OUTCOMES, type BatchPhase, type BatchProgress, type BatchReport, type ItemOutcome } from '../../contract';

import type { Health } from './patience';

/** What is known of a batch besides its items: plain JSON. */
export interface BatchState {
  zoneId: string;
  total: number;
  startedAt: string;
  endedAt?: string;
  pausedReason?: string;
  isCancelled: boolean;
  health: Health;
}

export type Outcomes = Partial<Record<ItemOutcome, number>>;

/** Returns a batch that begins. */
export function initialBatch(zoneId: string, total: number, startedAt: string): BatchState {
  return { zoneId, total, startedAt, isCancelled: false, health: { resumes: 0 } };
}

/** Returns a batch as operators see it. */
export function toProgress(state: BatchState, outcomes: Outcomes): BatchProgress {
  const { zoneId, total, startedAt, endedAt, pausedReason, health } = state;
  const { blockedBy, degradedBy } = health;
  return {
    zoneId,
    phase: phaseOf(state),
    total,
    outcomes,
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(pausedReason !== undefined && { pausedReason }),
    ...(endedAt === undefined && blockedBy && { blockedBy }),
    ...(endedAt === undefined && degradedBy && { degradedBy }),
  };
}

/** Returns what a batch closes with, besides lines or parts. */
export function toReport(state: BatchState, outcomes: Outcomes): BatchReport {
  const { startedAt, endedAt = startedAt } = state;
  const durationSeconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return { ...toProgress(state, outcomes), endedAt, durationSeconds };
}

/** Returns the phase of a batch. */
export function phaseOf({ endedAt, isCancelled, pausedReason, health }: BatchState): BatchPhase {
  if (endedAt !== undefined) return isCancelled ? 'Cancelled' : 'Completed';
  if (pausedReason !== undefined) return 'Paused';
  return health.blockedBy ? 'Blocked' : 'Running';
}

/** Counts the items that are not over. */
export function openItems(outcomes: Outcomes): number {
  return OPEN_OUTCOMES.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
}

/** Adds counts up. */
export function sumOutcomes(all: readonly Outcomes[]): Outcomes {
  const sum: Outcomes = {};
  for (const outcomes of all) {
    for (const [outcome, count] of Object.entries(outcomes) as [ItemOutcome, number][]) {
      sum[outcome] = (sum[outcome] ?? 0) + count;
    }
  }
  return sum;
}

/** Words a finished batch for a person. */
export function outcomesText(outcomes: Outcomes): string {
  const parts = Object.entries(outcomes).filter(([, count]) => count > 0);
  return parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
