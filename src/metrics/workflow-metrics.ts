import type { InjectedSinks } from '@temporalio/worker';
import { Counter, Histogram, type Registry } from 'prom-client';

import { ENDINGS, ITEM_OUTCOMES } from '../contract';
import type { MetricSinks } from '../workflows/metrics';

/** Polls come at a tenth of the task's age, between one second and half a minute unless a follow says otherwise. */
const DELAY_BUCKETS = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3_600];

/**
 * Registers the metrics of workflows.
 *
 * @returns what a worker that runs them needs as its `sinks`
 */
export function createWorkflowMetrics(registry: Registry): InjectedSinks<MetricSinks> {
  const registers = [registry];
  const endings = new Counter({
    name: 'provisioning_follow_endings_total',
    help: 'Follows that ended, by their ending',
    labelNames: ['ending'],
    registers,
  });
  const delays = new Histogram({
    name: 'provisioning_detection_delay_seconds',
    help: 'From the answer that last told a task as going on to the one that told its end: it ended at some moment between',
    buckets: DELAY_BUCKETS,
    registers,
  });
  const unknownStatuses = new Counter({
    name: 'provisioning_unknown_statuses_total',
    help: 'Statuses seen for the first time in a follow that the API does not document',
    registers,
  });
  const items = new Counter({
    name: 'provisioning_batch_items_total',
    help: 'Items of batches that ended, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  // Prometheus sees a first event only where there was a 0 before it.
  for (const ending of ENDINGS) endings.inc({ ending }, 0);
  for (const outcome of ITEM_OUTCOMES) items.inc({ outcome }, 0);
  return {
    provisioningMetrics: {
      followEnded: { fn: (_, ending) => endings.inc({ ending }) },
      endDetected: { fn: (_, delaySeconds) => delays.observe(delaySeconds) },
      unknownStatusSeen: { fn: () => unknownStatuses.inc() },
      batchItemsEnded: {
        fn(_, outcomes) {
          for (const [outcome, count] of Object.entries(outcomes)) items.inc({ outcome }, count);
        },
      },
    },
  };
}
