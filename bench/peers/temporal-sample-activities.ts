import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import type { StatusCall } from './status-call';
import { SUCCESS } from './waiting';

export type SampleActivities = ReturnType<typeof createSampleActivities>;

/** Builds the activity around the call. */
export function createSampleActivities(call: StatusCall) {
  return {
    /**
     * Returns once the task has succeeded.
     *
     * @throws ApplicationFailure, to be retried, of a kind that the worker does not log: a line for each poll would
     *   cost more than the poll
     */
    async untilSuccess(taskId: string): Promise<void> {
      const status = await call(taskId).catch((error: unknown) => {
        throw stillWaiting('no status', error);
      });
      if (status !== SUCCESS) throw stillWaiting(status);
    },
  };
}

function stillWaiting(message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'StillWaiting',
    message,
    category: ApplicationFailureCategory.BENIGN,
    ...(cause instanceof Error && { cause }),
  });
}
