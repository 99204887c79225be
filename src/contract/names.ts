/** Workflow type that follows one cloud task to its terminal state. */
export const FOLLOW_PROVISIONING_TASK = 'followProvisioningTask';

/** Task queues of the worker. */
export const TASK_QUEUES = {
  /** Workflow tasks, and activities that do not call the cloud. */
  provisioning: 'provisioning',
  /** Only activities that call the cloud's API; rate limited by the server. */
  tencentOrganization: 'tencent-organization',
} as const;

/** Signals of {@link FOLLOW_PROVISIONING_TASK}: fire and forget, without arguments. */
export const SIGNALS = {
  /** Ask the cloud now. */
  pollNow: 'pollNow',
  /** What blocked the follow is mended: ask the cloud now. Without effect on a follow that is not blocked. */
  resume: 'resume',
} as const;

/** Queries of {@link FOLLOW_PROVISIONING_TASK}; `status` answers a `ProvisioningSnapshot`. */
export const QUERIES = { status: 'status' } as const;

/** Search attributes, all of type Keyword. The server stores them in clear text: no personal data. */
export const SEARCH_ATTRIBUTES = {
  zoneId: 'ProvisioningZoneId',
  taskId: 'ProvisioningTaskId',
  phase: 'ProvisioningPhase',
  errorCode: 'ProvisioningErrorCode',
} as const;

/**
 * Names the one workflow that follows a cloud task, so that starting it again attaches.
 *
 * @param zoneId - Identity Center space, e.g. `z-djw98wnd0000`
 * @param taskId - task of that space, e.g. `t-d8wjd8j30000`
 */
export function workflowId(zoneId: string, taskId: string): string {
  return `provisioning-task/${zoneId}/${taskId}`;
}
