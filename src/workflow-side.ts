import { Worker, type WorkerOptions } from '@temporalio/worker';

import { createFollowActivities } from './activities/follow-activities';
import { createItemsFileActivities } from './activities/items-file-activities';
import { TASK_QUEUES } from './contract';
import type { SharedWorkerOptions, Side } from './side';

/** Options of {@link openWorkflowSide}. */
export interface WorkflowSideOptions extends Pick<WorkerOptions, 'workflowBundle' | 'sinks'> {
  /** Folder with the item files of large batches. */
  itemsFolder: string;
}

/**
 * Those that wait for a follow are idle, but each holds a long poll, as do the clients that wait; by default a frontend
 * of the server allows 1,200 for all processes of a namespace together.
 */
const MAX_ACTIVITIES_WITHOUT_CALLS = 500;

/** Opens the side of the worker that runs follows and batches. */
export async function openWorkflowSide(shared: SharedWorkerOptions, options: WorkflowSideOptions): Promise<Side> {
  const { itemsFolder, ...source } = options;
  // Without a grace: what waits here may wait for hours, and another worker goes on waiting.
  const worker = await Worker.create({
    ...shared,
    ...source,
    taskQueue: TASK_QUEUES.provisioning,
    activities: { ...createItemsFileActivities({ folder: itemsFolder }), ...createFollowActivities() },
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES_WITHOUT_CALLS,
  });
  return { workers: [worker], close: () => Promise.resolve() };
}
