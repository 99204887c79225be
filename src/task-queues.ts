import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

const { RateLimitSource, TaskQueueType } = temporal.api.enums.v1;

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
}

/** What the server knows of a queue. */
export interface TaskQueueReport {
  pollers: Poller[];
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
  const { pollers, stats, effectiveRateLimit } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType:
      kind === 'workflow' ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportConfig: true,
    reportStats: true,
  });
  return {
    pollers: pollers.map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      lastPollMs: optionalTsToMs(lastAccessTime) ?? 0,
    })),
    isBusy: Number(stats?.approximateBacklogCount ?? 0) > 0,
    ...(effectiveRateLimit && {
      rateLimit: {
        perSecond: effectiveRateLimit.requestsPerSecond ?? 0,
        isSetByPerson: effectiveRateLimit.rateLimitSource === RateLimitSource.RATE_LIMIT_SOURCE_API,
      },
    }),
  };
}
