import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

import type { WorkerVersion } from './worker-version';

const { RateLimitSource, TaskQueueType, WorkerVersioningMode } = temporal.api.enums.v1;

/** A queue of one kind of tasks. */
export interface TaskQueueKey {
  namespace: string;
  queue: string;
  kind: 'workflow' | 'activity';
}

/** Who polls a queue, as the server remembers it: for five minutes after the last poll. */
export interface Poller {
  identity: string;
  /** By the server's clock, epoch ms. */
  lastPollMs: number;
  /** Absent for a worker without one. */
  version?: WorkerVersion;
}

/** What the server knows of a queue. */
export interface TaskQueueReport {
  pollers: Poller[];
  /** The version that gets what is new; absent when workers without a version do. */
  currentVersion?: WorkerVersion;
  /** Tasks wait in it. */
  isBusy: boolean;
  /** Tasks a second that the server hands out, and who said so: a person, or the worker that polled last. */
  rateLimit?: { perSecond: number; isSetByPerson: boolean };
}

/** Asks the server about a queue. */
export async function readTaskQueue(
  { workflowService }: { workflowService: temporal.api.workflowservice.v1.WorkflowService },
  { namespace, queue, kind }: TaskQueueKey,
): Promise<TaskQueueReport> {
  const { pollers, versioningInfo, stats, effectiveRateLimit } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType:
      kind === 'workflow' ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportConfig: true,
    reportStats: true,
  });
  const currentVersion = toVersion(versioningInfo?.currentDeploymentVersion);
  return {
    pollers: pollers.map(toPoller),
    ...(currentVersion && { currentVersion }),
    isBusy: Number(stats?.approximateBacklogCount ?? 0) > 0,
    ...(effectiveRateLimit && {
      rateLimit: {
        perSecond: effectiveRateLimit.requestsPerSecond ?? 0,
        isSetByPerson: effectiveRateLimit.rateLimitSource === RateLimitSource.RATE_LIMIT_SOURCE_API,
      },
    }),
  };
}

function toPoller({ identity, lastAccessTime, deploymentOptions }: temporal.api.taskqueue.v1.IPollerInfo): Poller {
  // A worker without versioning may have a build id for its own use.
  const isVersioned = deploymentOptions?.workerVersioningMode === WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED;
  const version = isVersioned ? toVersion(deploymentOptions) : undefined;
  return { identity: identity ?? '', lastPollMs: optionalTsToMs(lastAccessTime) ?? 0, ...(version && { version }) };
}

function toVersion(
  version: temporal.api.deployment.v1.IWorkerDeploymentVersion | null | undefined,
): WorkerVersion | undefined {
  return version ? { deploymentName: version.deploymentName ?? '', buildId: version.buildId ?? '' } : undefined;
}
