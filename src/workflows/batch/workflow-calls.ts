import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';

import type { UserSyncActivities } from '../../activities/user-sync-activities';
import { TASK_QUEUES } from '../../contract';
import { fairnessKey } from '../fairness-key';

import { judgeFailure, type CallResult } from './call-result';
import type { RawCalls } from './sync-calls';

/** Writes that wait in the queue or are under way. */
export class OpenWrites {
  private readonly scopes = new Set<CancellationScope>();

  /** Takes back those that are not sent yet; what is sent is waited for. */
  withdraw(): void {
    for (const scope of this.scopes) scope.cancel();
  }

  /** Runs a write so that it can be taken back. */
  async run<T>(write: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope();
    this.scopes.add(scope);
    try {
      return await scope.run(write);
    } finally {
      this.scopes.delete(scope);
    }
  }
}

/** Makes the calls of a zone's batch: each one activity with one attempt, on the queue of the user-sync actions. */
export function activityCalls(zoneId: string, writes: OpenWrites): RawCalls {
  const activities = (summary: string): UserSyncActivities =>
    proxyActivities<UserSyncActivities>({
      taskQueue: TASK_QUEUES.tencentUserSync,
      startToCloseTimeout: '20s',
      // So soon a worker that died in mid-call is missed.
      heartbeatTimeout: '6s',
      // One attempt: whether a call may be sent again is judged here, and a write that may have been done must not.
      retry: { maximumAttempts: 1 },
      // Tells a call that still waited in the queue from one that had begun.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
      priority: { fairnessKey: fairnessKey(zoneId) },
    });
  const read = <Answer>(call: () => Promise<Answer>): Promise<CallResult<Answer>> => resultOf(call, false);
  const write = <Answer>(call: () => Promise<Answer>): Promise<CallResult<Answer>> =>
    resultOf(() => writes.run(call), true);
  return {
    create: (items) => write(() => activities(`create ${items.length}`).createUserSyncProvisioning({ zoneId, items })),
    remove: (userProvisioningId) =>
      write(() =>
        activities(`delete ${userProvisioningId}`).deleteUserSyncProvisioning({ zoneId, userProvisioningId }),
      ),
    update: (change) =>
      write(() => activities(`update ${change.userProvisioningId}`).updateUserSyncProvisioning({ zoneId, ...change })),
    get: (userProvisioningId) =>
      read(() => activities(`get ${userProvisioningId}`).getUserSyncProvisioning({ zoneId, userProvisioningId })),
    list: (request) =>
      read(() => activities(`list ${request.principalId ?? 'all'}`).listUserSyncProvisionings({ zoneId, ...request })),
    listTasks: (request) =>
      read(() => activities(`tasks of ${request.principalId ?? 'all'}`).listTasks({ zoneId, ...request })),
  };
}

async function resultOf<Answer>(call: () => Promise<Answer>, isWrite: boolean): Promise<CallResult<Answer>> {
  try {
    return { kind: 'done', answer: await call() };
  } catch (error) {
    if (isCancellation(error)) return { kind: 'withdrawn' };
    if (!(error instanceof ActivityFailure)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      return judgeFailure(cause.type ?? undefined, cause.details?.[0], cause.message, isWrite);
    }
    const message =
      cause instanceof TimeoutFailure
        ? 'the worker that made the call has gone silent: it may have been stopped in the middle of it'
        : (cause?.message ?? 'unknown error');
    return judgeFailure(undefined, undefined, message, isWrite);
  }
}
