import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  ChildWorkflowCancellationType,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';

import type { FollowActivities } from '../../activities/follow-activities';
import {
  isOutcome,
  MAX_DURATION_SECONDS,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
  type ProvisioningOutcome,
} from '../../contract';
import { followProvisioningTask } from '../follow-provisioning-task';

import type { FollowEnd } from './followed-item';

/** How long a worker that awaits a follow may be silent before another one does. */
const HEARTBEAT_TIMEOUT = '30s';
const { awaitFollow } = proxyActivities<FollowActivities>({
  taskQueue: TASK_QUEUES.provisioning,
  // No deadline of a follow is longer.
  startToCloseTimeout: MAX_DURATION_SECONDS * 1000,
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
});

/**
 * Follows a task as a child under its public workflow id, or attaches to the follow that it has already. The child
 * outlives the batch; it is cancelled only with the scope in which this is called.
 *
 * @returns once the follow is there, what waits for its end
 */
export async function startFollow(input: FollowInput): Promise<() => Promise<FollowEnd>> {
  const { zoneId, taskId } = input;
  try {
    const child = await startChild(followProvisioningTask, {
      workflowId: workflowId(zoneId, taskId),
      taskQueue: TASK_QUEUES.provisioning,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });
    return () => endOf(() => child.result());
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return () => endOfOther(zoneId, taskId);
    throw error;
  }
}

async function endOf(result: () => Promise<ProvisioningOutcome>): Promise<FollowEnd> {
  try {
    return { kind: 'ended', outcome: await result() };
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    const { cause } = error;
    const outcome: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    if (isOutcome(outcome)) return { kind: 'ended', outcome };
    const kind = cause instanceof CancelledFailure ? 'cancelled' : 'stopped';
    return { kind, reason: cause?.message ?? 'no reason given' };
  }
}

async function endOfOther(zoneId: string, taskId: string): Promise<FollowEnd> {
  try {
    return await awaitFollow({ zoneId, taskId });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    const kind = cause instanceof CancelledFailure ? 'cancelled' : 'stopped';
    return { kind, reason: cause?.message ?? error.message };
  }
}
