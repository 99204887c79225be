import { homedir } from 'node:os';

import { Worker } from '@temporalio/worker';

import { createActivities } from './activities';
import { createUserSyncActivities } from './activities/user-sync-activities';
import type { WorkerConfig } from './config';
import { TASK_QUEUES } from './contract';
import { DRAIN } from './drain';
import type { WorkerMetrics } from './metrics';
import { createPacedSlots, WorkerQuota, type QuotaCalls, type QuotaNotice } from './quota';
import { readTaskQueue } from './task-queues';
import { openCloud, type Notice as CloudNotice } from './tencent';
import type { SharedWorkerOptions, Side } from './side';

/** Options of {@link openApiSide}. */
export interface ApiSideOptions {
  config: WorkerConfig;
  env: NodeJS.ProcessEnv;
  notify: (notice: CloudNotice | QuotaNotice) => void;
  metrics: WorkerMetrics;
}

/** A queue of calls has no other tasks. */
const UNUSED_SLOTS = { type: 'fixed-size', numSlots: 1 } as const;

/** A task queue whose activities make one call each, and share a rate. */
interface CallQueue {
  taskQueue: string;
  /** Of all workers together. */
  callsPerSecond: number;
  /** This worker's part of it. */
  quota: WorkerQuota;
}

/** Opens the side of the worker that calls the cloud: two queues of calls, each with a rate of its own. */
export async function openApiSide(shared: SharedWorkerOptions, options: ApiSideOptions): Promise<Side> {
  const { config, env, notify, metrics } = options;
  const { connection, namespace, identity } = shared;
  const openQueue = (taskQueue: string, calls: QuotaCalls, callsPerSecond: number): CallQueue => {
    const readQueue = () => readTaskQueue(connection, { namespace, queue: taskQueue, kind: 'activity' });
    const quota = new WorkerQuota({ calls, callsPerSecond, workers: config.workers, identity, readQueue, notify });
    metrics.watchQuota(calls, () => quota.figures());
    return { taskQueue, callsPerSecond, quota };
  };
  const statusQueue = openQueue(TASK_QUEUES.tencentOrganization, 'status', config.statusCallsPerSecond);
  const userSyncQueue = openQueue(TASK_QUEUES.tencentUserSync, 'user-sync', config.userSyncCallsPerSecond);
  const quotas = [statusQueue.quota, userSyncQueue.quota];
  const { organization, ...cloud } = openCloud(config.cloud, {
    env,
    homeDir: homedir(),
    notify,
    observer: metrics.cloud,
    statusCallQuota: statusQueue.quota,
    userSyncQuota: userSyncQueue.quota,
  });
  const close = async (): Promise<void> => {
    for (const quota of quotas) quota.stop();
    await cloud.close();
  };
  try {
    const workers = await Promise.all([
      createCallWorker(shared, statusQueue, createActivities({ organization })),
      createCallWorker(shared, userSyncQueue, createUserSyncActivities({ organization })),
    ]);
    for (const quota of quotas) quota.start();
    const settle = async (): Promise<void> => {
      await Promise.all(quotas.map((quota) => quota.settle()));
    };
    return { workers, settle, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates the worker of a queue whose rate is kept twice: by the server for all workers, and evenly by this one. */
function createCallWorker(shared: SharedWorkerOptions, queue: CallQueue, activities: object): Promise<Worker> {
  const { taskQueue, callsPerSecond, quota } = queue;
  return Worker.create({
    ...shared,
    taskQueue,
    activities,
    shutdownGraceTime: `${DRAIN.graceSeconds}s`,
    maxTaskQueueActivitiesPerSecond: callsPerSecond,
    tuner: {
      activityTaskSlotSupplier: createPacedSlots(quota.pacer),
      workflowTaskSlotSupplier: UNUSED_SLOTS,
      localActivityTaskSlotSupplier: UNUSED_SLOTS,
      nexusTaskSlotSupplier: UNUSED_SLOTS,
    },
  });
}
