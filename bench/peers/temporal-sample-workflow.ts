import { proxyActivities } from '@temporalio/workflow';

import type { SampleInput } from './temporal-sample';
import type { SampleActivities } from './temporal-sample-activities';

/** Follows a task in the way of Temporal's sample of infrequent polling: the retries of one activity are the polls. */
export async function pollByRetries({ taskId, intervalMs }: SampleInput): Promise<void> {
  const { untilSuccess } = proxyActivities<SampleActivities>({
    startToCloseTimeout: '20s',
    retry: { backoffCoefficient: 1, initialInterval: intervalMs },
  });
  await untilSuccess(taskId);
}
