import { metricMeter } from '@temporalio/workflow';

import { DETECTION_DELAY } from './metric-names';

// The SDK's meter does not count again what a replay repeats, and adds namespace, task queue and workflow type.

/** Label `ending`. */
export const followEndings = metricMeter.createCounter(
  'provisioning_follow_endings',
  undefined,
  'Follows that ended, by their ending',
);

export const detectionDelays = metricMeter.createHistogram(
  DETECTION_DELAY,
  'float',
  'seconds',
  'From the answer that last told a task as going on to the one that told its end: it ended at some moment between',
);

export const unknownStatuses = metricMeter.createCounter(
  'provisioning_unknown_statuses',
  undefined,
  'Statuses seen for the first time in a follow that the API does not document',
);

/** Label `outcome`. */
export const batchItems = metricMeter.createCounter(
  'provisioning_batch_items',
  undefined,
  'Items of batches that ended, by what became of them',
);
