import { pause } from '../abort-signals';

import type { FollowCounts, FollowMetrics } from './follow-metrics';

/** Options of {@link watchFollowCounts}. */
export interface FollowCountsOptions {
  /** Asks the server, see `countFollows`; must end by itself. */
  count: () => Promise<FollowCounts>;
  metrics: FollowMetrics;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Told the first failure after a success. Default: nobody is. */
  onFailure?: (error: unknown) => void;
  /** From the end of one count to the next. Default 15 s. */
  intervalMs?: number;
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: () => number;
}

const INTERVAL_MS = 15_000;

/** Shows the counts of the server, again and again until the signal aborts; none while the server does not answer. */
export async function watchFollowCounts(options: FollowCountsOptions): Promise<void> {
  const { count, metrics, signal, onFailure, intervalMs = INTERVAL_MS, now = Date.now } = options;
  let isFailing = false;
  while (!signal.aborted) {
    try {
      metrics.show(await count(), now());
      isFailing = false;
    } catch (error) {
      metrics.hide();
      if (!isFailing && !signal.aborted) onFailure?.(error);
      isFailing = true;
    }
    await pause(intervalMs, signal);
  }
}
