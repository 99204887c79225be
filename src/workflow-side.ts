import { Worker, type Logger, type WorkerOptions } from '@temporalio/worker';

import { createFollowActivities } from './activities/follow-activities';
import { createItemsFileActivities } from './activities/items-file-activities';
import { TASK_QUEUES } from './contract';
import type { SharedWorkerOptions, Side } from './side';
import { readTaskQueue } from './task-queues';
import { versionText, type WorkerVersion } from './worker-version';
import { versioningOptions, versionSentence } from './worker-versioning';

/** Options of {@link openWorkflowSide}. */
export interface WorkflowSideOptions extends Pick<WorkerOptions, 'workflowBundle' | 'sinks'> {
  /** Folder with the item files of large batches. */
  itemsFolder: string;
  /** Absent when it is not versioned. */
  version: WorkerVersion | undefined;
  logger: Logger;
}

/**
 * Those that wait for a follow are idle, but each holds a long poll, as do the clients that wait; by default a frontend
 * of the server allows 1,200 for all processes of a namespace together.
 */
const MAX_ACTIVITIES_WITHOUT_CALLS = 500;

/** Opens the side of the worker that runs follows and batches. */
export async function openWorkflowSide(shared: SharedWorkerOptions, options: WorkflowSideOptions): Promise<Side> {
  const { itemsFolder, version, logger, ...source } = options;
  if (version) await tellVersion(shared, version, logger);
  // Without a grace: what waits here may wait for hours, and another worker goes on waiting.
  const worker = await Worker.create({
    ...shared,
    ...source,
    ...versioningOptions(version),
    taskQueue: TASK_QUEUES.provisioning,
    activities: { ...createItemsFileActivities({ folder: itemsFolder }), ...createFollowActivities() },
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES_WITHOUT_CALLS,
  });
  // A task that is lost here is handed out again within seconds.
  return { workers: [worker], settle: () => Promise.resolve(), close: () => Promise.resolve() };
}

/** A version that nobody has made current polls, and gets nothing new. */
async function tellVersion(
  { connection, namespace }: SharedWorkerOptions,
  version: WorkerVersion,
  logger: Logger,
): Promise<void> {
  const key = { namespace, queue: TASK_QUEUES.provisioning, kind: 'workflow' } as const;
  const { currentVersion } = await readTaskQueue(connection, key);
  logger.info(versionSentence(namespace, version, currentVersion), { version: versionText(version) });
}
