/** Workflow type that follows one cloud task to its terminal state. */
export const FOLLOW_PROVISIONING_TASK = 'followProvisioningTask';
/** Workflow type that creates user syncs and follows the task of each. */
export const PROVISION_USERS = 'provisionUsers';
/** Workflow type that removes user syncs and follows the task of each. */
export const DEPROVISION_USERS = 'deprovisionUsers';
/** Workflow type that reads which user syncs there are. */
export const READ_USER_SYNCS = 'readUserSyncs';

/** Task queues of the worker. */
export const TASK_QUEUES = {
  /** Workflow tasks, and activities that do not call the cloud. */
  provisioning: 'provisioning',
  /** Only activities that ask the cloud for the status of a task; rate limited by the server. */
  tencentOrganization: 'tencent-organization',
  /** Only activities that call the cloud's actions on user syncs; rate limited by the server apart from the other. */
  tencentUserSync: 'tencent-user-sync',
} as const;

/** Signals of {@link FOLLOW_PROVISIONING_TASK}: fire and forget. */
export const SIGNALS = {
  /** Ask the cloud now, once; a paused follow stays paused. No argument. */
  pollNow: 'pollNow',
  /** Stop polling until `resume`; the deadline stands. Argument: `PauseRequest`. */
  pause: 'pause',
  /** A paused or blocked follow goes on: ask the cloud now. Without effect on any other. No argument. */
  resume: 'resume',
  /** Somebody outside says that the task has ended: ask the cloud now, unless paused. No argument. */
  taskChanged: 'taskChanged',
} as const;

/** Updates of {@link FOLLOW_PROVISIONING_TASK}; each answers a `ProvisioningSnapshot`, and acts once for each update id. */
export const UPDATES = {
  /** Ask the cloud now and answer what it said; while a check is out, one that begins after it. No argument. */
  checkNow: 'checkNow',
  /** Change the pace at once. Argument: `PollingChange`. */
  setPolling: 'setPolling',
  /** Move the deadline to a later instant. Argument: `DeadlineExtension`. */
  extendDeadline: 'extendDeadline',
  /** Declare the result instead of the cloud, which ends the follow. Argument: `ResolveRequest`. */
  resolve: 'resolve',
} as const;

/** Signals and updates. */
export type MessageName = keyof typeof SIGNALS | keyof typeof UPDATES;

/** Queries of {@link FOLLOW_PROVISIONING_TASK}; `status` answers a `ProvisioningSnapshot`. */
export const QUERIES = { status: 'status' } as const;

/** Signals of {@link PROVISION_USERS} and {@link DEPROVISION_USERS}. */
export const BATCH_SIGNALS = {
  /** Begin nothing new until `resume`; what has begun is followed on. Argument: `PauseRequest`. */
  pause: 'pause',
  /** A paused or blocked batch goes on. No argument. */
  resume: 'resume',
} as const;

/** Updates of {@link PROVISION_USERS} and {@link DEPROVISION_USERS}. */
export const BATCH_UPDATES = {
  /** Try those items again that have ended badly so far. No argument; answers how many. */
  retryFailed: 'retryFailed',
} as const;

/** Queries of {@link PROVISION_USERS} and {@link DEPROVISION_USERS}, also after their end. */
export const BATCH_QUERIES = {
  /** Answers a `BatchProgress`. No argument. */
  progress: 'progress',
  /** Answers an array of `ReportLine`. Argument: `ReportPage`. */
  report: 'report',
} as const;

/** Search attributes of a follow; those of zone and phase also of a batch. The server stores them in clear text: no personal data. */
export const SEARCH_ATTRIBUTES = {
  zoneId: 'ProvisioningZoneId',
  taskId: 'ProvisioningTaskId',
  phase: 'ProvisioningPhase',
  errorCode: 'ProvisioningErrorCode',
  /** When the cloud task began, which the StartTime of a run does not tell after a continue-as-new. */
  startedAt: 'ProvisioningStartedAt',
  /** When the present phase began. */
  phaseSince: 'ProvisioningPhaseSince',
} as const;

/** One of {@link SEARCH_ATTRIBUTES}, by its name on the server. */
export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES];

/** Type of each search attribute, as the Temporal CLI writes it. */
export const SEARCH_ATTRIBUTE_TYPES = {
  [SEARCH_ATTRIBUTES.zoneId]: 'Keyword',
  [SEARCH_ATTRIBUTES.taskId]: 'Keyword',
  [SEARCH_ATTRIBUTES.phase]: 'Keyword',
  [SEARCH_ATTRIBUTES.errorCode]: 'Keyword',
  [SEARCH_ATTRIBUTES.startedAt]: 'Datetime',
  [SEARCH_ATTRIBUTES.phaseSince]: 'Datetime',
} as const satisfies Record<SearchAttributeName, string>;

/**
 * Names the one workflow that follows a cloud task, so that starting it again attaches.
 *
 * @param zoneId - Identity Center space, e.g. `z-djw98wnd0000`
 * @param taskId - task of that space, e.g. `t-d8wjd8j30000`
 */
export function workflowId(zoneId: string, taskId: string): string {
  return `provisioning-task/${zoneId}/${taskId}`;
}

/** Returns zone and task of a follow's workflow id; undefined when it is none. */
export function parseWorkflowId(id: string): { zoneId: string; taskId: string } | undefined {
  const [prefix, zoneId, taskId, ...rest] = id.split('/');
  if (prefix !== 'provisioning-task' || !zoneId || !taskId || rest.length > 0) return undefined;
  return { zoneId, taskId };
}

/** Workflow types of batches. */
export type BatchKind = typeof PROVISION_USERS | typeof DEPROVISION_USERS;

const BATCH_PREFIXES: Readonly<Record<BatchKind, string>> = {
  [PROVISION_USERS]: 'provision-users',
  [DEPROVISION_USERS]: 'deprovision-users',
};

/**
 * Names the workflow of a batch, so that starting it again while it runs attaches.
 *
 * @param batchId - the caller's own name of the batch
 */
export function batchWorkflowId(kind: BatchKind, zoneId: string, batchId: string): string {
  return `${BATCH_PREFIXES[kind]}/${zoneId}/${batchId}`;
}

/** Returns what a batch's workflow id names; undefined when it is none. */
export function parseBatchWorkflowId(id: string): { kind: BatchKind; zoneId: string; batchId: string } | undefined {
  const [prefix, zoneId, batchId, ...rest] = id.split('/');
  const kind = ([PROVISION_USERS, DEPROVISION_USERS] as const).find((one) => BATCH_PREFIXES[one] === prefix);
  if (!kind || !zoneId || !batchId || rest.length > 0) return undefined;
  return { kind, zoneId, batchId };
}
