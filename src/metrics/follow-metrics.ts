import { Gauge, type Registry } from 'prom-client';

import type { BatchKind, LivePhase } from '../contract';

/** What the server lists of this project's workflows that go on. */
export interface FollowCounts {
  /** Follows by phase; `NotBegun`: no worker has taken them up. */
  follows: Record<LivePhase | 'NotBegun', number>;
  /** How long the follow has been blocked that has been for longest; 0 when none is. */
  blockedLongestSeconds: number;
  /** Batches by workflow type, without the parts of large ones. */
  batches: Record<BatchKind, number>;
}

/** Shows counts of the server. */
export interface FollowMetrics {
  /** @param atMs - when they were had, epoch ms */
  show(counts: FollowCounts, atMs: number): void;
  /** They could not be had: an old value would be a claim. */
  hide(): void;
}

/** Registers the metrics of what the server counts; every worker shows the same. */
export function createFollowMetrics(registry: Registry): FollowMetrics {
  const registers = [registry];
  const follows = new Gauge({
    name: 'provisioning_follows',
    help: 'Follows that go on, of all workers, by phase',
    labelNames: ['phase'],
    registers,
  });
  const blockedLongest = new Gauge({
    name: 'provisioning_blocked_longest_seconds',
    help: 'How long the follow has been blocked that has been for longest; 0 when none is',
    registers,
  });
  const batches = new Gauge({
    name: 'provisioning_batches',
    help: 'Batches that go on, of all workers, by workflow type',
    labelNames: ['type'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'provisioning_counts_last_success_timestamp_seconds',
    help: 'When this worker last had the counts of follows and batches from the server',
    registers,
  });
  const hide = (): void => {
    follows.reset();
    batches.reset();
    blockedLongest.remove();
  };
  hide();
  lastSuccess.remove();
  return {
    show(counts, atMs) {
      for (const [phase, count] of Object.entries(counts.follows)) follows.set({ phase }, count);
      for (const [type, count] of Object.entries(counts.batches)) batches.set({ type }, count);
      blockedLongest.set(counts.blockedLongestSeconds);
      lastSuccess.set(atMs / 1000);
    },
    hide,
  };
}
