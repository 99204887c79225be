import { proxySinks, type Sinks } from '@temporalio/workflow';

import type { Ending, ItemOutcome } from '../contract';

/**
 * What workflows tell the metrics of their worker; see `WorkerMetrics.sinks`. What a replay repeats is not told again.
 * The SDK's own meter would do the same, but its counters are not there before their first event, which Prometheus then
 * cannot see, and its tags are not named as Prometheus wants it.
 */
export interface MetricSinks extends Sinks {
  provisioningMetrics: {
    followEnded(ending: Ending): void;
    /** @param delaySeconds - see `detectionDelaySeconds` */
    endDetected(delaySeconds: number): void;
    /** A follow saw a status for the first time that the API does not document. */
    unknownStatusSeen(): void;
    /** A batch has ended, or a part of a large one. */
    batchItemsEnded(outcomes: Partial<Record<ItemOutcome, number>>): void;
  };
}

export const metrics = proxySinks<MetricSinks>().provisioningMetrics;
